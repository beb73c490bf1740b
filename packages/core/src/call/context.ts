import { AsyncLocalStorage } from 'node:async_hooks';
import type { Implementation } from '@modelcontextprotocol/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { Era, Tool } from '../catalog/tool.ts';

/** The MCP call that is under way. */
export interface McpCall {
  tool: { name: string; /** The procedure's dotted path. */ path: string };
  /** `modern` is revision 2026-07-28, `legacy` the ones before it. */
  era: Era;
  /** Who the client says it is. For display only: nobody checks it. Stateless `legacy` calls do not carry it. */
  client: Implementation | undefined;
  /** Aborts when a `modern` client hangs up. */
  signal: AbortSignal;
}

// One storage for the process, so that two copies of this package (ESM beside CommonJS, two versions) see one call.
const key = Symbol.for('trpc-mcp.call');
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<McpCall> | undefined>;
const storage = (shared[key] ??= new AsyncLocalStorage<McpCall>());

/**
 * The MCP call that this code runs for, or `undefined` when it runs for something else, such as a call over tRPC.
 * It works in `createContext`, middleware, resolvers and everything they call. Nothing a client sends can forge it.
 */
export function getMcpCall(): McpCall | undefined {
  return storage.getStore();
}

export function runInCall<TResult>(call: McpCall, work: () => TResult): TResult {
  return storage.run(call, work);
}

/** What tRPC's adapters give `createContext` as `info`, for a call of this one procedure. */
export function toRequestInfo(tool: Tool, input: unknown, url: URL, signal: AbortSignal): TRPCRequestInfo {
  const { path, type, procedure } = tool;
  return {
    accept: null,
    type,
    isBatchCall: false,
    calls: [{ path, batchIndex: 0, procedure, getRawInput: async () => input, result: () => input }],
    connectionParams: null,
    signal,
    url,
  };
}

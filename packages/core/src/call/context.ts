import { AsyncLocalStorage } from 'node:async_hooks';
import type { AuthInfo, Implementation } from '@modelcontextprotocol/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { BypassKind } from '../catalog/bypassable.ts';
import type { Era, Tool } from '../catalog/tool.ts';

/** An MCP request, as `createContext` is told of it. */
export interface McpRequest {
  /** The tool that is called; `undefined` when tools are listed. */
  tool: { name: string; /** The procedure's dotted path. */ path: string } | undefined;
  /** `modern` is revision 2026-07-28, `legacy` the ones before it. */
  era: Era;
  /** Who the client says it is. For display only: nobody checks it. Stateless `legacy` calls do not carry it. */
  client: Implementation | undefined;
  /** What `auth.authenticate` found. */
  auth: AuthInfo | undefined;
  /** Aborts when a `modern` client hangs up. */
  signal: AbortSignal;
}

/** The MCP call that is under way. */
export interface McpCall extends McpRequest {
  tool: NonNullable<McpRequest['tool']>;
}

/** Which marked middleware a call skips. */
export type Bypass = { [TKind in BypassKind]?: true };

interface ActiveCall {
  call: McpCall;
  bypass: Bypass | undefined;
  /** What the tool's own invocation is known by: callers nested inside it have one of their own. */
  getRawInput: unknown;
}

// One storage for the process, so that two copies of this package (ESM beside CommonJS, two versions) see one call.
const key = Symbol.for('trpc-mcp.call');
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<ActiveCall> | undefined>;
const storage = (shared[key] ??= new AsyncLocalStorage<ActiveCall>());

/**
 * The MCP call that this code runs for, or `undefined` when it runs for something else, such as a call over tRPC.
 * It works in `createContext`, middleware, resolvers and everything they call. Nothing a client sends can forge it.
 */
export function getMcpCall(): McpCall | undefined {
  return storage.getStore()?.call;
}

/** Runs `work` as part of a call. `getRawInput` is the one that the tool's own procedure is invoked with. */
export function runInCall<TResult>(
  call: McpCall,
  bypass: Bypass | undefined,
  getRawInput: () => Promise<unknown>,
  work: () => TResult,
): TResult {
  return storage.run({ call, bypass, getRawInput }, work);
}

/** Whether this invocation skips middleware of a kind: the tool's own procedure does, callers nested inside it do not. */
export function isBypassed(kind: BypassKind, invocation: { getRawInput: unknown }): boolean {
  const active = storage.getStore();
  return active?.bypass?.[kind] === true && active.getRawInput === invocation.getRawInput;
}

/** What tRPC's adapters give `createContext` as `info`, for a call of this one procedure. */
export function toRequestInfo(
  { path, type, procedure }: Tool,
  readInput: () => unknown,
  getRawInput: () => Promise<unknown>,
  host: { url: URL },
  signal: AbortSignal,
): TRPCRequestInfo {
  const info = toListInfo(host, signal);
  info.type = type;
  info.calls.push({ path, batchIndex: 0, procedure, getRawInput, result: readInput });
  return info;
}

/** The same for a request that calls no procedure. */
export function toListInfo({ url }: { url: URL }, signal: AbortSignal): TRPCRequestInfo {
  // No getter for the URL: V8 would make a hidden class for each of these objects, and keep it.
  return {
    accept: null,
    type: 'unknown',
    isBatchCall: false,
    calls: [],
    connectionParams: null,
    signal,
    url,
  };
}

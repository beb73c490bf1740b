import { AsyncLocalStorage } from 'node:async_hooks';
import type {
  AuthInfo,
  ClientCapabilities,
  Implementation,
  ServerContext,
} from '@modelcontextprotocol/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { BypassKind } from '../catalog/bypassable.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Era } from '../catalog/tool.ts';
import type { Answer, InputRequest, Question } from './ask.ts';
import type { Progress } from './progress.ts';

/** An MCP request, as `createContext` is told of it. */
export interface McpRequest {
  /** What is asked for, such as `tools/call`. */
  method: string;
  /** The tool, resource or prompt that is called; `undefined` when something is listed. */
  tool: { name: string; /** The procedure's dotted path. */ path: string } | undefined;
  /** `modern` is revision 2026-07-28, `legacy` the ones before it. */
  era: Era;
  /** Who the client says it is. For display only: nobody checks it. Stateless `legacy` calls do not carry it. */
  client: Implementation | undefined;
  /** What the client says it can do. Stateless `legacy` calls do not carry it. */
  capabilities: ClientCapabilities | undefined;
  /** What `auth.authenticate` found. */
  auth: AuthInfo | undefined;
  /** Aborts when a `modern` client hangs up, and when a time limit ends the call. */
  signal: AbortSignal;
  /** Where the client's own trace goes on, in the words of W3C Trace Context. */
  trace: TraceContext | undefined;
}

/** @see https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  traceparent?: string;
  tracestate?: string;
  baggage?: string;
}

/** The MCP call that is under way. */
export interface McpCall extends McpRequest {
  tool: NonNullable<McpRequest['tool']>;
  /**
   * Tells the client how far the call is. It has to grow from message to message; what does not is left out, and so is
   * what comes faster than a client can use. Nothing happens where the client did not ask for it.
   */
  progress(progress: Progress): void;
  /**
   * Asks the person in front of the client. The procedure **runs again from its start** with the answer, so that what comes
   * before a question runs once more for every answer: ask first, change things after. The same questions have to come in the
   * same order each time, or carry a `key` of their own. Throws PRECONDITION_FAILED for a client that cannot be asked.
   */
  ask<TContent = Record<string, unknown>>(question: Question<TContent>): Promise<Answer<TContent>>;
  /**
   * Sends the client a request of the protocol as it is: sampling and roots, which are deprecated and not for new use.
   * It is answered as a question is.
   */
  request(request: InputRequest, key?: string): Promise<Record<string, unknown>>;
  /** The SDK's own view of the request, for what has no word here; `undefined` where the fast lane answers. */
  sdk: ServerContext | undefined;
}

/** Which marked middleware a call skips. */
export type Bypass = { [TKind in BypassKind]?: true };

interface Running {
  call: McpCall;
  bypass: Bypass | undefined;
  /** What the tool's own invocation is known by: callers nested inside it have one of their own. */
  getRawInput: unknown;
}

// One storage for the process, so that two copies of this package (ESM beside CommonJS, two versions) see one call.
const key = Symbol.for('trpc-mcp.call');
const shared = globalThis as unknown as Record<symbol, AsyncLocalStorage<Running> | undefined>;
const storage = (shared[key] ??= new AsyncLocalStorage<Running>());

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
  { path, type, procedure }: Callable,
  readInput: () => unknown,
  host: { url: URL | null },
  signal: AbortSignal,
): TRPCRequestInfo {
  const info = toListInfo(host, signal);
  info.type = type;
  info.calls.push({
    path,
    batchIndex: 0,
    procedure,
    getRawInput: async () => readInput(),
    result: readInput,
  });
  return info;
}

/** The same for a request that calls no procedure. */
export function toListInfo({ url }: { url: URL | null }, signal: AbortSignal): TRPCRequestInfo {
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

import type { ClientCapabilities, Implementation, ServerContext } from '@modelcontextprotocol/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { McpAuthInfo } from '../meta.ts';
import type { BypassKind } from '../catalog/bypassable.ts';
import type { Callable } from '../catalog/callable.ts';
import type { Era } from '../catalog/era.ts';
import type { Answer, InputRequest, Question } from './ask.ts';
import type { Progress } from './progress.ts';
import type { TaskInfo } from './task-info.ts';

/** An MCP request, as `createContext` gets it. */
export interface McpRequest {
  /** The JSON-RPC method, such as `tools/call`. */
  method: string;
  /** The tool, resource or prompt that is called; `undefined` if the request lists something. */
  tool:
    { /** As clients call it. */ name: string; /** The procedure's dotted path. */ path: string } | undefined;
  /** `modern` is revision 2026-07-28, `legacy` is every revision before it. */
  era: Era;
  /** Who the client says it is. For display only, because it is not verified. Stateless `legacy` calls do not have it. */
  client: Implementation | undefined;
  /** What the client says it can do. Stateless `legacy` calls do not have it. */
  capabilities: ClientCapabilities | undefined;
  /** What `auth.authenticate` returned. */
  auth: McpAuthInfo | undefined;
  /** Aborts when a `modern` client hangs up, and when a time limit ends the call. */
  signal: AbortSignal;
  /** The client's trace, as the headers of W3C Trace Context. */
  trace: TraceContext | undefined;
  /** The task that the call runs as. `undefined` for a call that its client waits for. */
  task?: { id: string } | undefined;
}

/** @see https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  traceparent?: string;
  tracestate?: string;
  baggage?: string;
}

/** The MCP call that is running. */
export interface McpCall extends McpRequest {
  /** The tool, resource or prompt that is called. */
  tool: NonNullable<McpRequest['tool']>;
  /**
   * Tells the client how far the call is. `progress` has to grow with each message; messages that do not grow are dropped,
   * and so are messages that come too fast. Does nothing if the client did not ask for progress.
   */
  progress(progress: Progress): void;
  /**
   * Asks the person who uses the client. The procedure **runs again from its start** with the answer, so everything before
   * a question runs once more for every answer: ask first, change things after. Ask the same questions in the same order
   * each time, or give each one a `key`. Throws PRECONDITION_FAILED if the client cannot be asked.
   */
  ask<TContent = Record<string, unknown>>(question: Question<TContent>): Promise<Answer<TContent>>;
  /**
   * Sends the client a request of the protocol: sampling or roots, which are deprecated and not for new use. It is
   * answered in the same way as a question.
   */
  request(request: InputRequest, key?: string): Promise<Record<string, unknown>>;
  /** Lists the tasks of this caller: those that run, and those whose result is still kept. The newest comes first. */
  tasks(): Promise<TaskInfo[]>;
  /** The SDK's context of the request, for what this interface does not offer; `undefined` in the fast lane and in a task. */
  sdk: ServerContext | undefined;
}

/** Which kinds of marked middleware a call skips. */
export type Bypass = { [TKind in BypassKind]?: true };

/** Makes the `info` that tRPC's adapters pass to `createContext`, for a call of this one procedure. */
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

/** Makes the same for a request that calls no procedure. */
export function toListInfo({ url }: { url: URL | null }, signal: AbortSignal): TRPCRequestInfo {
  // The URL is no getter: V8 would create a hidden class for each of these objects and keep it.
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

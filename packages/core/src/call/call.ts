import type { CallToolResult } from '@modelcontextprotocol/server';
import { type AnyTRPCRouter, callTRPCProcedure, TRPCError } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { Gate, Refusal } from '../auth/gate.ts';
import type { Tool } from '../catalog/tool.ts';
import { WireError } from '../schema/wire-error.ts';
import { type Bypass, type McpCall, type McpRequest, runInCall, toRequestInfo } from './context.ts';
import { type AuthStatus, authStatusOf, toFailure } from './error.ts';
import { errorMeta } from './error-meta.ts';
import type { Report } from './failure.ts';
import { type Told, toToolResult } from './result.ts';
import { isVisible } from './visible.ts';

/** What the host of a call brings. */
export interface CallHost {
  url: URL;
  /** The user's own function, with the arguments that its host adapter gives it under tRPC. */
  createContext(extras: { info: TRPCRequestInfo; mcp: McpRequest }): unknown;
}

/** What calls have in common. Made once for a handler. */
export interface CallParts {
  router: AnyTRPCRouter;
  gate: Gate;
  bypass: Bypass | undefined;
  hookTimeoutMs: number;
  exposeInternalErrors: boolean;
  report: Report;
}

export interface Outcome extends Told {
  /** 401 and 403 want an HTTP status of their own. */
  status: AuthStatus;
  /** What `WWW-Authenticate` says beside it. */
  challenge?: string | undefined;
}

/**
 * Calls a tool's procedure under the app's own middleware. A failure is an outcome too: it never rejects. `undefined`
 * when there is no such tool for this caller.
 */
export function callTool(
  parts: CallParts,
  tool: Tool,
  args: unknown,
  call: McpCall,
  host: CallHost,
): Promise<Outcome | undefined> {
  const readInput = memoize(() => decode(tool, args));
  const getRawInput = async () => readInput();
  const readContext = memoize(() =>
    host.createContext({ info: toRequestInfo(tool, readInput, getRawInput, host, call.signal), mcp: call }),
  );
  return runInCall(call, parts.bypass, getRawInput, async (): Promise<Outcome | undefined> => {
    if (tool.visible && !(await isVisible(tool, readContext, parts))) return undefined;
    const refusal = tool.scopes.length > 0 && parts.gate.checkScopes(call.auth, tool.scopes);
    if (refusal) return toRefused(refusal, tool.path);
    let ctx: unknown;
    try {
      const context = readContext();
      ctx = context instanceof Promise ? await context : context;
      // tRPC never looks at the input of a procedure that takes none.
      if (!tool.input.takesInput) readInput();
      const value = await callTRPCProcedure(toInvocation(parts.router, tool, ctx, getRawInput, call.signal));
      const told = toToolResult(tool, value, call.era);
      return { ...(told instanceof Promise ? await told : told), status: 200 };
    } catch (thrown) {
      const failure = toFailure(thrown, tool, args, parts);
      const { error, reference, isForApp } = failure;
      parts.report(
        { error, reference, tool: tool.name, path: tool.path, ctx, auth: call.auth },
        { isForApp },
      );
      const status = authStatusOf(error);
      const challenge = status === 401 ? parts.gate.challenge : undefined;
      const result = toErrorResult(
        failure.text,
        challenge,
        errorMeta(failure, tool, ctx, readInput, parts.router),
      );
      return { result, status, challenge };
    }
  });
}

/**
 * What `createCaller` hands to tRPC, with an input that is decoded when tRPC reads it: middleware before `.input()`
 * decides first, as it does over HTTP. tRPC copies these options for every middleware, so the router is inherited and
 * not one of them: middleware is told what a caller's is told, and no more is copied than that.
 */
function toInvocation(
  router: AnyTRPCRouter,
  { path, type }: Tool,
  ctx: unknown,
  getRawInput: () => Promise<unknown>,
  signal: AbortSignal,
): Parameters<typeof callTRPCProcedure>[0] {
  const invocation = Object.create(inheriting(router)) as Parameters<typeof callTRPCProcedure>[0];
  invocation.path = path;
  invocation.type = type;
  invocation.ctx = ctx;
  invocation.getRawInput = getRawInput;
  invocation.signal = signal;
  invocation.batchIndex = 0;
  return invocation;
}

const prototypes = new WeakMap<AnyTRPCRouter, { router: AnyTRPCRouter }>();

function inheriting(router: AnyTRPCRouter): { router: AnyTRPCRouter } {
  let made = prototypes.get(router);
  if (!made) prototypes.set(router, (made = { router }));
  return made;
}

/** The arguments as the parsers get them. What cannot be decoded is as bad an input to tRPC as what they refuse. */
function decode(tool: Tool, args: unknown): unknown {
  try {
    return tool.input.decode(args);
  } catch (cause) {
    throw cause instanceof WireError ? new TRPCError({ code: 'BAD_REQUEST', cause }) : cause;
  }
}

/** The answer to a call that is not let in. */
export function toRefused({ status, message, challenge }: Refusal, path?: string): Outcome {
  const code = status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN';
  const meta = { code, httpStatus: status, ...(path !== undefined && { path }) };
  return { result: toErrorResult(`${code}: ${message}`, challenge, meta), status, challenge };
}

/** What the model reads of it. */
export function textOf({ result }: Outcome): string {
  return result.content.flatMap((block) => (block.type === 'text' ? block.text : [])).join('\n');
}

/** The challenge is told in words as well: who reads the body does not see the headers. */
function toErrorResult(
  message: string,
  challenge: string | undefined,
  meta: Record<string, unknown>,
): CallToolResult {
  const text = challenge ? `${message} (WWW-Authenticate: ${challenge})` : message;
  return { content: [{ type: 'text', text }], isError: true, _meta: meta };
}

function memoize<TValue>(make: () => TValue): () => TValue {
  let made: { value: TValue } | undefined;
  return () => (made ??= { value: make() }).value;
}

import { type AnyTRPCRouter, callTRPCProcedure, TRPCError } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { Gate } from '../auth/gate.ts';
import type { Callable } from '../catalog/callable.ts';
import type { McpRateLimit } from '../meta.ts';
import { WireError } from '../schema/wire-error.ts';
import { ActiveCall, type CallRequest } from './active-call.ts';
import type { OpenQuestions } from './ask.ts';
import { askConsent } from './consent.ts';
import { type Bypass, type McpCall, type McpRequest, runInCall, toRequestInfo } from './context.ts';
import { type Deadline, setDeadline } from './deadline.ts';
import { drain, isStream, isStreamed } from './drain.ts';
import { authStatusOf, toFailure } from './error.ts';
import { errorMeta } from './error-meta.ts';
import type { Report } from './failure.ts';
import { toInvocation } from './invocation.ts';
import { takePoint } from './limit.ts';
import { type Outcome, type ResultOutcome, toRefusalOutcome } from './outcome.ts';
import type { Spans, SpanSubject } from './span.ts';
import type { Store } from './store.ts';
import { isVisible } from './visible.ts';

/** The request that a call came with, as every host has it. */
export interface CallHost {
  /** `null` over stdio. */
  url: URL | null;
  /** Returns the value of a header by its lower-case name. */
  header(name: string): string | undefined;
  /** Calls the app's `createContext` with the arguments that tRPC's adapter for this host gives it. */
  createContext(extras: { info: TRPCRequestInfo; mcp: McpRequest }): unknown;
}

/** What all calls of a handler share. */
export interface CallParts {
  router: AnyTRPCRouter;
  gate: Gate;
  bypass: Bypass | undefined;
  hookTimeoutMs: number;
  /** For procedures that set no time limit of their own. */
  timeoutMs: number | undefined;
  /** The limit of each caller over all procedures together. */
  rateLimit: McpRateLimit | undefined;
  store: Store;
  exposeInternalErrors: boolean;
  report: Report;
  spans: Spans;
}

/** Converts what the procedure returned into the result of a request, such as `tools/call`. */
export type ToResult<TItem extends Callable> = (
  item: TItem,
  value: unknown,
  era: McpRequest['era'],
) => ResultOutcome | Promise<ResultOutcome>;

/**
 * Calls a procedure under the app's own middleware. Returns `undefined` if the item is hidden from this caller. Never
 * rejects: a failure is an outcome too.
 */
export function callItem<TItem extends Callable>(
  parts: CallParts,
  item: TItem,
  args: unknown,
  request: CallRequest,
  host: CallHost,
  toResult: ToResult<TItem>,
): Promise<Outcome | undefined> {
  const timeoutMs = item.timeoutMs ?? parts.timeoutMs;
  const deadline = timeoutMs || item.stream ? setDeadline(request.signal, timeoutMs) : undefined;
  const call = new ActiveCall(item, request, deadline?.signal ?? request.signal);
  const readInput = memoize(() => decode(item, args));
  const consent = item.confirm && memoize(() => holdForConsent(parts, item, args, request, call));
  // Asks for consent when tRPC reads the input, so that middleware before `.input()` can refuse the caller first.
  const getRawInput = consent
    ? async () => {
        await consent();
        return readInput();
      }
    : async () => readInput();
  const readContext = memoize(() => {
    const info = toRequestInfo(item, readInput, host, call.signal);
    const context = host.createContext({ info, mcp: call });
    return deadline && context instanceof Promise ? deadline.race(context) : context;
  });
  const run = async (): Promise<Outcome | undefined> => {
    let ctx: unknown;
    try {
      if (item.visible && !(await isVisible(item, readContext, parts))) return undefined;
      const refusal = item.scopes.length > 0 && parts.gate.checkScopes(call.auth, item.scopes);
      if (refusal) return toRefusalOutcome(refusal, item.path);
      const context = readContext();
      ctx = context instanceof Promise ? await context : context;
      if (parts.rateLimit || item.rateLimit) await takePoints(parts, item, call, request);
      // tRPC does not read the input of a procedure that takes none.
      if (!item.input.takesInput) {
        readInput();
        await consent?.();
      }
      const running = callTRPCProcedure(toInvocation(item, ctx, getRawInput, call.signal));
      let value: unknown = await (deadline ? deadline.race(running) : running);
      if (item.stream && !isStream(value)) throw new TypeError(noStream);
      if (isStreamed(value)) {
        const drained = drain(value, toDrainOptions(item, call, deadline));
        value = await (deadline ? deadline.race(drained) : drained);
      }
      const open = openOf(call, item);
      if (open) return { kind: 'questions', open };
      const outcome = toResult(item, value, call.era);
      return outcome instanceof Promise ? await outcome : outcome;
    } catch (thrown) {
      const open = openOf(call, item);
      if (open) return { kind: 'questions', open };
      const failure = toFailure(thrown, item, args, parts);
      const { error, reference, isForApp, code, text } = failure;
      if (!isHangUp(thrown, error, request.signal)) {
        const { name: tool, path } = item;
        parts.report({ error, reference, tool, path, ctx, auth: call.auth }, { isForApp });
      }
      const status = authStatusOf(error);
      const challenge = status === 401 ? parts.gate.challenge : undefined;
      const meta = errorMeta(failure, item, ctx, readInput, parts.router);
      return { kind: 'failure', code, text, meta, status, challenge };
    } finally {
      deadline?.release();
      const channel = ActiveCall.channelOf(call);
      if (channel) await channel.end();
    }
  };
  return parts.spans.run(
    () => toSpanSubject(item, request, host),
    () => runInCall(call, parts.bypass, getRawInput, run),
  );
}

function toSpanSubject({ name }: Callable, request: CallRequest, host: CallHost): SpanSubject {
  const { method, uri, id, trace } = request;
  return { method, name, uri, id, protocolVersion: host.header('mcp-protocol-version'), trace };
}

const noStream =
  'mcp.stream, and a subscription, want an async generator or an observable to collect; this returned neither';

/** Whether the call ended because the client hung up or cancelled it. That is not reported as a failure. */
function isHangUp(thrown: unknown, { cause }: TRPCError, { aborted, reason }: AbortSignal): boolean {
  // A client of 2025 sends the reason as a string, so it may differ from what was thrown.
  return aborted && (thrown === reason || cause === reason || cause?.name === 'AbortError');
}

/** The questions to answer before the call can continue. Marks consent as given, so that it is not asked for again. */
function openOf(call: ActiveCall, { confirm }: Callable): OpenQuestions | undefined {
  const open = ActiveCall.openOf(call);
  return open && confirm && !open.consent ? { ...open, consent: 'given' } : open;
}

async function holdForConsent(
  { store }: CallParts,
  { confirm }: Callable,
  args: unknown,
  request: CallRequest,
  call: ActiveCall,
): Promise<void> {
  const open = await askConsent(confirm!, args, request, store);
  if (open) ActiveCall.hold(call, open);
}

async function takePoints(
  { rateLimit, store }: CallParts,
  item: Callable,
  call: McpCall,
  { state, caller }: CallRequest,
): Promise<void> {
  // A request that answers questions continues a call that was counted already.
  if (state) return;
  if (rateLimit) await takePoint(rateLimit, 'all', call, caller, store);
  if (item.rateLimit) await takePoint(item.rateLimit, item.path, call, caller, store);
}

function toDrainOptions(
  item: Callable,
  call: ActiveCall,
  deadline: Deadline | undefined,
): Parameters<typeof drain>[1] {
  const channel = ActiveCall.channelOf(call);
  return {
    limits: item.stream,
    signal: call.signal,
    stop: () => deadline?.stop(),
    onValue:
      channel &&
      (async (value, count) => {
        const { json } = await item.output.encode(value);
        const message = typeof json === 'string' ? json : JSON.stringify(json);
        await channel.send({ progress: count, ...(message !== undefined && { message }) });
      }),
  };
}

/** Decodes the arguments for the parsers. Arguments that cannot be decoded fail like arguments that a parser rejects. */
function decode({ input }: Callable, args: unknown): unknown {
  try {
    return input.decode(args);
  } catch (cause) {
    throw cause instanceof WireError ? new TRPCError({ code: 'BAD_REQUEST', cause }) : cause;
  }
}

function memoize<TValue>(make: () => TValue): () => TValue {
  let made: { value: TValue } | undefined;
  return () => (made ??= { value: make() }).value;
}

import { type AnyTRPCRouter, TRPCError } from '@trpc/server';
import type { TRPCRequestInfo } from '@trpc/server/http';
import type { Gate } from '../auth/gate.ts';
import type { Callable } from '../catalog/callable.ts';
import type { McpRateLimit } from '../meta.ts';
import type { TaughtClass } from '../schema/codec.ts';
import { once } from '../schema/once.ts';
import { WireError } from '../schema/wire-error.ts';
import { ActiveCall, type CallRequest } from './active-call.ts';
import type { ToError } from './app-error.ts';
import { fillerOf, needsConsent, toConsentQuestion } from './consent.ts';
import { type Bypass, type McpCall, type McpRequest, toRequestInfo } from './context.ts';
import { type Deadline, setDeadline } from './deadline.ts';
import { drain, isStream, isStreamed } from './drain.ts';
import { authStatusOf, toFailure } from './error.ts';
import { errorMeta } from './error-meta.ts';
import type { Report } from './failure.ts';
import { toInvocation } from './invocation.ts';
import { takePoint } from './limit.ts';
import type { InnerRun } from './ended.ts';
import { runHooks } from './hooked-call.ts';
import type { OnCall } from './on-call.ts';
import type { Progress } from './progress.ts';
import { type IdempotencyKeys, type KeyedCall, toStopped, WaitEnded } from './once.ts';
import { type FailureOutcome, type Outcome, type ResultOutcome, toRefusalOutcome } from './outcome.ts';
import { type CallFiller, readQuestionData, UnfilledQuestion } from './question-data.ts';
import { isCounted, resumeCall } from './round.ts';
import type { Handles } from './portion/handle.ts';
import { passGuards } from './permitted.ts';
import { runInCall } from './running.ts';
import type { Spans, SpanSubject } from './span.ts';
import type { Store } from './store.ts';
import { isVisible } from './visible.ts';
import { toYieldedText } from './yielded.ts';

/** The request that a call came with, as every host has it. */
export interface CallHost {
  /** `null` over stdio. */
  url: URL | null;
  /** Returns the value of a header by its lower-case name. */
  header(name: string): string | undefined;
  /** Aborts when the client hangs up. Missing over stdio. */
  signal?: AbortSignal;
  /** Keeps the host from stopping before work is done that goes on after the answer. Only some hosts need it. */
  waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Calls the app's `createContext` with the arguments that tRPC's adapter for this host gives it. */
  createContext(extras: { info: TRPCRequestInfo; mcp: McpRequest }): unknown;
}

/** What all calls of a handler share. */
export interface CallParts {
  router: AnyTRPCRouter;
  gate: Gate;
  /** The app's functions around every call, the outermost first. `undefined` if there are none. */
  onCall: readonly OnCall[] | undefined;
  bypass: Bypass | undefined;
  hookTimeoutMs: number;
  /** For procedures that set no time limit of their own. */
  timeoutMs: number | undefined;
  /** The limit of each caller over all procedures together. */
  rateLimit: McpRateLimit | undefined;
  store: Store;
  keys: IdempotencyKeys;
  handles: Handles;
  exposeInternalErrors: boolean;
  toError: ToError | undefined;
  errorFormatter: 'message' | undefined;
  report: Report;
  spans: Spans;
  /** What credential the endpoint takes, and where it goes. For errors without words. */
  credentialHint: string;
  /** Replaces the dotted paths of procedures in a text by the names of their tools. */
  sayToolNames: (text: string) => string;
  /** The codecs of the app that name a class. */
  classes: readonly TaughtClass[];
}

/** Converts what the procedure returned into the result of a request, such as `tools/call`. */
export type ToResult<TItem extends Callable> = (
  item: TItem,
  value: unknown,
  era: McpRequest['era'],
  /** What a generator yielded before it returned the value, unless the client was told while it ran. */
  yielded?: readonly unknown[],
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
  /** Set if the call has an idempotency key. */
  keyed?: KeyedCall,
): Promise<Outcome | undefined> {
  const timeoutMs = item.timeoutMs ?? parts.timeoutMs;
  const deadline = timeoutMs || item.stream ? setDeadline(request.signal, timeoutMs) : undefined;
  const call = new ActiveCall(item, request, deadline?.signal ?? request.signal);
  const readInput = once(() => decode(item, args));
  // Set when the query that fills the question has failed. The call ends so, whatever middleware makes of the error.
  let unfilled: FailureOutcome | undefined;
  const fill = once(async () => {
    const filler = ActiveCall.isAgreed(call) ? undefined : fillerOf(item, request);
    if (!filler) return undefined;
    try {
      const asking = { ...request, signal: call.signal, isCounted: false };
      return await readQuestionData(filler, args, asking, toCallFiller(parts, host));
    } catch (thrown) {
      if (thrown instanceof UnfilledQuestion) unfilled = thrown.outcome;
      throw thrown;
    }
  });
  const consent = item.confirm && once(() => holdForConsent(item, args, request, call, fill));
  // Set while only the middleware runs, which may read the input before it refuses: for a call that is answered as an earlier
  // one was, and before a person is asked for consent.
  let isGuarding = false;
  // Takes the key and asks for consent when tRPC reads the input, so that middleware before `.input()` can refuse first.
  const hold = async () => {
    // Before the key is taken: what the query refuses may be tried again with it.
    if (item.confirm) await fill();
    await keyed?.enter(call.signal);
    await consent?.();
  };
  const getRawInput =
    consent || keyed
      ? async () => {
          if (!isGuarding) await hold();
          return readInput();
        }
      : async () => readInput();
  const race = <TValue>(work: Promise<TValue>) => (deadline ? deadline.race(work) : work);
  const guard = (ctx: unknown) => {
    isGuarding = true;
    return race(passGuards(parts, item, ctx, getRawInput, call.signal));
  };
  // A call that finds its key taken runs again, and is resumed and counted once.
  let isResumed = request.state === undefined || request.isTrial === true;
  let hasPoints = request.isCounted || isCounted(request.state);
  const readContext = once(() => {
    const info = toRequestInfo(item, readInput, host, call.signal);
    const context = host.createContext({ info, mcp: call });
    return deadline && context instanceof Promise ? deadline.race(context) : context;
  });
  let isOver = false;
  // With `onCall`, `next` of its last function runs this once more, from where the functions stand.
  const run = async (inner?: InnerRun): Promise<Outcome | undefined> => {
    let ctx: unknown = inner?.ctx;
    let hasBegun = inner !== undefined;
    let isHooked = false;
    try {
      if (!inner) {
        ActiveCall.channelOf(call)?.begin();
        if (item.visible && !(await isVisible(item, readContext, parts))) return undefined;
        const refusal = item.scopes.length > 0 && parts.gate.checkScopes(call.auth, item.scopes);
        if (refusal) return toRefusalOutcome(refusal, item.path);
        if (!isResumed) {
          isResumed = true;
          await resumeCall(parts.store, item, args, request, call, () =>
            takePoints(parts, item, call, request),
          );
        }
        const context = readContext();
        ctx = context instanceof Promise ? await context : context;
        if ((parts.rateLimit || item.rateLimit) && !hasPoints) await takePoints(parts, item, call, request);
        hasPoints = true;
        if (request.isTrial) {
          await guard(ctx);
          return { kind: 'result', result: {} };
        }
        if (parts.onCall) {
          isHooked = hasBegun = true;
          const place = { item, request, call, ctx, readInput: () => decodeCopy(item, args, readInput) };
          const hooked = runHooks(parts.onCall, place, run, () => isOver);
          keyed?.watch(hooked.work());
          const ended = await race(hooked.ended);
          if (ended.kind === 'thrown') throw ended.thrown;
          if (ended.kind === 'decided') return ended.outcome;
          return await toResult(item, ended.value, call.era, ended.yielded);
        }
      }
      const kept = keyed && (await race(keyed.look(call.signal)));
      if (kept) {
        await guard(ctx);
        if (inner) inner.isKept = true;
        return kept;
      }
      // Only waits come before this. A call that was cancelled during one of them does nothing.
      if (call.signal.aborted) throw toStopped(call.signal);
      // Without consent the procedure is not even called: it may take no input, and middleware may replace what it reads.
      const isAsking = needsConsent(item, request) && !ActiveCall.isAgreed(call);
      // tRPC does not read the input of a procedure that takes none.
      if (!item.input.takesInput) {
        readInput();
        if (keyed && !isAsking) await enterFirst(keyed, call.signal, () => guard(ctx));
      }
      hasBegun = true;
      isGuarding = isAsking;
      const running: Promise<unknown> = isAsking
        ? passGuards(parts, item, ctx, getRawInput, call.signal, hold)
        : item.procedure(toInvocation(item, ctx, getRawInput, call.signal));
      if (inner) inner.running = running;
      else keyed?.watch(running);
      let value: unknown = await (deadline ? deadline.race(running) : running);
      if (item.stream && !isStream(value)) throw new TypeError(noStream);
      let yielded: unknown[] | undefined;
      if (isStreamed(value)) {
        const draining = drain(value, toDrainOptions(item, call, request, deadline, inner !== undefined));
        if (inner) inner.running = draining;
        else keyed?.watch(draining.then((ended) => ended.value));
        const drained = await (deadline ? deadline.race(draining) : draining);
        value = drained.value;
        // A client that asked for progress has had these values already, unless `onCall` has to see them first.
        if (inner || !ActiveCall.channelOf(call)) yielded = drained.yielded;
      }
      if (unfilled) return unfilled;
      const open = ActiveCall.openOf(call);
      if (open) return { kind: 'questions', open };
      if (inner) {
        inner.returned = { value, yielded };
        return undefined;
      }
      const outcome = toResult(item, value, call.era, yielded);
      return outcome instanceof Promise ? await outcome : outcome;
    } catch (thrown) {
      if (!isHooked) {
        // Another call with the same key was faster, and its outcome is the one of this call.
        if (keyed?.isTaken) return await run(inner);
        if (unfilled) return unfilled;
        const open = ActiveCall.openOf(call);
        if (open) return { kind: 'questions', open };
        if (inner) throw thrown;
      }
      const source = { ctx, readInput, args };
      const failure = toFailure(thrown, item, source, parts);
      const { error, original, reference, isForApp, code, text } = failure;
      if (!isHangUp(thrown, original, request.signal)) {
        const { name: tool, path } = item;
        parts.report({ error, reference, tool, path, ctx, auth: call.auth }, { isForApp });
      }
      const status = authStatusOf(error);
      const challenge = status === 401 ? parts.gate.challenge : undefined;
      const meta = errorMeta(failure, item, source, parts);
      return { kind: 'failure', code, text, meta, status, isOfProcedure: hasBegun, challenge };
    } finally {
      if (!inner) {
        isOver = true;
        deadline?.release();
        ActiveCall.channelOf(call)?.end();
      }
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

/** Takes the key of a procedure without input. If that fails, the middleware can refuse the caller first. */
async function enterFirst(
  keyed: KeyedCall,
  signal: AbortSignal,
  guard: () => Promise<unknown>,
): Promise<void> {
  try {
    await keyed.enter(signal);
  } catch (thrown) {
    if (!keyed.isTaken) await guard();
    throw thrown;
  }
}

/** Whether the call ended because the client hung up or cancelled it. That is not reported as a failure. */
function isHangUp(thrown: unknown, { cause }: TRPCError, { aborted, reason }: AbortSignal): boolean {
  if (cause instanceof WaitEnded) return true;
  // A client of 2025 sends the reason as a string, so it may differ from what was thrown.
  return aborted && (thrown === reason || cause === reason || cause?.name === 'AbortError');
}

async function holdForConsent(
  item: Callable,
  args: unknown,
  request: CallRequest,
  call: ActiveCall,
  fill: () => Promise<Record<string, unknown> | undefined>,
): Promise<void> {
  if (ActiveCall.isAgreed(call)) return;
  const question = await toConsentQuestion(item, args, request, await fill());
  if (question) ActiveCall.hold(call, question);
}

/** Calls the query that fills a question. The call that it is for has taken its point of the handler's limit, and has a span. */
function toCallFiller(parts: CallParts, host: CallHost): CallFiller {
  const own: CallParts = { ...parts, rateLimit: undefined, spans: { run: (_describe, work) => work() } };
  return (query, args, request, toResult) => callItem(own, query, args, request, host, toResult);
}

async function takePoints(
  { rateLimit, store }: CallParts,
  item: Callable,
  call: McpCall,
  { caller }: CallRequest,
): Promise<void> {
  if (rateLimit) await takePoint(rateLimit, { kind: 'handler' }, call, caller, store);
  if (!item.rateLimit) return;
  await takePoint(item.rateLimit, { kind: 'procedure', path: item.path }, call, caller, store);
}

function toDrainOptions(
  item: Callable,
  call: ActiveCall,
  { report }: CallRequest,
  deadline: Deadline | undefined,
  isHooked: boolean,
): Parameters<typeof drain>[1] {
  const channel = ActiveCall.channelOf(call);
  const send = (progress: Progress) => channel?.send(progress) ?? report?.(progress, true);
  return {
    limits: item.stream,
    signal: call.signal,
    stop: () => deadline?.stop(),
    onValue:
      (channel || report) &&
      (async (value, count) => {
        // Before `onCall` has seen a value, the client hears only that there is one more.
        const message = isHooked ? undefined : await toYieldedText(item, value);
        await send({ progress: count, ...(message !== undefined && { message }) });
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

/**
 * Decodes the arguments once more, for a function of the app that may change what it is given. `undefined` if they cannot be
 * decoded, which the call itself fails with.
 */
function decodeCopy(item: Callable, args: unknown, readInput: () => unknown): unknown {
  try {
    readInput();
    return decode(item, structuredClone(args));
  } catch {
    return undefined;
  }
}

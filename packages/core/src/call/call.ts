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
import { takePoint } from './limit.ts';
import { toInvocation } from './invocation.ts';
import { type Outcome, toRefused } from './outcome.ts';
import type { Told } from './result.ts';
import type { Spans, SpanSubject } from './span.ts';
import type { Store } from './store.ts';
import { isVisible } from './visible.ts';

/** What the host of a call brings. */
export interface CallHost {
  /** `null` where there is none. */
  url: URL | null;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** The user's own function, with the arguments that its host adapter gives it under tRPC. */
  createContext(extras: { info: TRPCRequestInfo; mcp: McpRequest }): unknown;
}

/** What calls have in common. Made once for a handler. */
export interface CallParts {
  router: AnyTRPCRouter;
  gate: Gate;
  bypass: Bypass | undefined;
  hookTimeoutMs: number;
  /** Of calls whose procedure says nothing else. */
  timeoutMs: number | undefined;
  /** Of all calls together. */
  rateLimit: McpRateLimit | undefined;
  store: Store;
  exposeInternalErrors: boolean;
  report: Report;
  spans: Spans;
}

/** Says what the procedure returned, in the words of one kind of request. */
export type Tell<TItem extends Callable> = (
  item: TItem,
  value: unknown,
  era: McpRequest['era'],
) => Told | Promise<Told>;

/**
 * Calls a procedure under the app's own middleware. A failure is an outcome too: it never rejects. `undefined` when
 * there is no such thing for this caller.
 */
export function callItem<TItem extends Callable>(
  parts: CallParts,
  item: TItem,
  args: unknown,
  request: CallRequest,
  host: CallHost,
  tell: Tell<TItem>,
): Promise<Outcome | undefined> {
  const timeoutMs = item.timeoutMs ?? parts.timeoutMs;
  const deadline = timeoutMs || item.stream ? setDeadline(request.signal, timeoutMs) : undefined;
  const call = new ActiveCall(item, request, deadline?.signal ?? request.signal);
  const readInput = memoize(() => decode(item, args));
  const consent = item.confirm && memoize(() => holdForConsent(parts, item, args, request, call));
  // Whoever may not do it is told so first: tRPC reads the input when the middleware before it has let the call pass.
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
      if (refusal) return toRefused(refusal, item.path);
      const context = readContext();
      ctx = context instanceof Promise ? await context : context;
      if (parts.rateLimit || item.rateLimit) await takePoints(parts, item, call, request);
      // tRPC never looks at the input of a procedure that takes none.
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
      if (open) return { open, status: 200 };
      const told = tell(item, value, call.era);
      return { told: told instanceof Promise ? await told : told, status: 200 };
    } catch (thrown) {
      const open = openOf(call, item);
      if (open) return { open, status: 200 };
      const failure = toFailure(thrown, item, args, parts);
      const { error, reference, isForApp, code, text } = failure;
      if (!isHangUp(thrown, error, request.signal)) {
        const { name: tool, path } = item;
        parts.report({ error, reference, tool, path, ctx, auth: call.auth }, { isForApp });
      }
      const status = authStatusOf(error);
      const challenge = status === 401 ? parts.gate.challenge : undefined;
      const meta = errorMeta(failure, item, ctx, readInput, parts.router);
      return { failed: { code, text, meta }, status, challenge };
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

/** A call that has ended because its client has gone, or has cancelled it, is nobody's failure. */
function isHangUp(thrown: unknown, { cause }: TRPCError, { aborted, reason }: AbortSignal): boolean {
  // A client of 2025 gives its reason in words.
  return aborted && (thrown === reason || cause === reason || cause?.name === 'AbortError');
}

/** What has to be answered before the call can go on. Consent that was given is not asked for again. */
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
  // A round that answers questions belongs to the call that was counted.
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
        await channel.tellNow({ progress: count, ...(message !== undefined && { message }) });
      }),
  };
}

/** The arguments as the parsers get them. What cannot be decoded is as bad an input to tRPC as what they refuse. */
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

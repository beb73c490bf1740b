import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import { ownMessageOf, toError } from '../thrown.ts';
import type { Callable } from '../catalog/callable.ts';
import { EncodeError, type WireIssue } from '../schema/wire-error.ts';
import type { Report } from './failure.ts';

type Code = TRPCError['code'];

/** What an error means for the client and for the model. */
export interface Failure {
  /** What was thrown, as tRPC sees it. */
  error: TRPCError;
  code: Code;
  /** What a masked error is known by, to the model and to `onError`. */
  reference: string;
  /** Whether the model was given the reference in place of the message. */
  isMasked: boolean;
  /** Whether it is for the app's developers to mend. */
  isForApp: boolean;
  /** What the model reads. */
  text: string;
  /** What was wrong with the arguments. */
  issues: WireIssue[] | undefined;
}

/** The HTTP status of an answer. Only 401 and 403 are more than a matter for the model. */
export type AuthStatus = 200 | 401 | 403;

interface Advice {
  /** Who can do something about it: the model, the person it works for, or the app's developers. */
  audience: 'model' | 'person' | 'app';
  /** What the model should do next, where the code alone says it. */
  hint?: string;
  /** Whether it passes with time, so that a time to wait is worth telling. */
  passes?: true;
}

/** Every code of tRPC: the types make sure that a new one is not forgotten. */
const advice: Record<Code, Advice> = {
  PARSE_ERROR: { audience: 'model', hint: 'Send the arguments as the tool’s input schema describes them.' },
  BAD_REQUEST: { audience: 'model' },
  UNAUTHORIZED: { audience: 'person' },
  PAYMENT_REQUIRED: { audience: 'person', hint: 'Tell the person; calling again does not help.' },
  FORBIDDEN: { audience: 'person' },
  NOT_FOUND: {
    audience: 'model',
    hint: 'Check the identifiers; a tool that lists or searches has the right ones.',
  },
  METHOD_NOT_SUPPORTED: { audience: 'app' },
  TIMEOUT: { audience: 'model', hint: 'It took too long. Ask for less, or try once more later.' },
  CONFLICT: { audience: 'model', hint: 'Read the current state again, then decide whether to call again.' },
  PRECONDITION_FAILED: { audience: 'model', hint: 'Bring about what is missing first, then call again.' },
  PAYLOAD_TOO_LARGE: { audience: 'model', hint: 'Send less, or in several calls.' },
  UNSUPPORTED_MEDIA_TYPE: { audience: 'model', hint: 'Send another kind of file.' },
  UNPROCESSABLE_CONTENT: { audience: 'model' },
  PRECONDITION_REQUIRED: { audience: 'model', hint: 'Bring about what is missing first, then call again.' },
  TOO_MANY_REQUESTS: { audience: 'model', hint: 'Wait before you call again.', passes: true },
  CLIENT_CLOSED_REQUEST: { audience: 'model' },
  INTERNAL_SERVER_ERROR: { audience: 'app' },
  NOT_IMPLEMENTED: { audience: 'app', hint: 'Do it another way; calling again does not help.' },
  BAD_GATEWAY: { audience: 'app', hint: 'Another system failed. Try once more later.' },
  SERVICE_UNAVAILABLE: { audience: 'app', hint: 'Try once more later.', passes: true },
  GATEWAY_TIMEOUT: { audience: 'app', hint: 'Another system did not answer in time. Try once more later.' },
};

export interface FailureOptions {
  /** Shows the messages that are masked otherwise. For development. */
  exposeInternalErrors: boolean;
  report: Report;
}

/** Reads what was thrown below a call. It never throws itself, whatever that was. */
export function toFailure(thrown: unknown, tool: Callable, args: unknown, options: FailureOptions): Failure {
  const reference = crypto.randomUUID();
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    // Only in name is it a TRPCError, or of a tRPC to come. Nobody knows then what its code says, and to whom.
    const { code } = error;
    if (!Object.hasOwn(advice, code)) throw error;
    const issues = code === 'BAD_REQUEST' ? tool.input.explain(error.cause, args) : undefined;
    const written = messageOf(error) ?? (issues && 'the arguments are not valid');
    const isMasked = written === undefined;
    const message = isMasked ? maskedMessage(error, reference, options.exposeInternalErrors) : written;
    const hint = ownHintOf(error, tool, options.report) ?? hintOf(error);
    const text = [`${code}: ${message}`, ...(issues ?? []).map(lineOf), ...(hint ? [hint] : [])].join('\n');
    const isForApp = isMasked || advice[code].audience === 'app';
    return { error, code, reference, isMasked, isForApp, text, issues };
  } catch (cause) {
    // An error whose own properties throw cannot be read, and so not be told either.
    const code = 'INTERNAL_SERVER_ERROR';
    const error = new TRPCError({ code, message: 'an error that cannot be read', cause: toError(cause) });
    const text = `${code}: ${maskedMessage(error, reference, false)}`;
    return { error, code, reference, isMasked: true, isForApp: true, text, issues: undefined };
  }
}

export function authStatusOf(error: TRPCError): AuthStatus {
  try {
    const { code } = error;
    if (code === 'UNAUTHORIZED') return 401;
    return code === 'FORBIDDEN' ? 403 : 200;
  } catch {
    // Some errors can be read once and not twice.
    return 200;
  }
}

/** What a caller is told who has to sign in, or may not; `undefined` for every other error. */
export function authRefusalOf(thrown: unknown, { challenge }: { challenge: string }): Refusal | undefined {
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    const status = authStatusOf(error);
    if (status === 200) return undefined;
    const message = messageOf(error) ?? 'the app gave no reason';
    return { status, message, ...(status === 401 && { challenge }) };
  } catch {
    // An error that cannot be read refuses nobody by its code.
    return undefined;
  }
}

/** What was written for the caller, by the app, by tRPC or by us. `undefined` when nothing was. */
function messageOf(error: TRPCError): string | undefined {
  if (error.cause instanceof EncodeError) return error.cause.message;
  const { code, message } = error;
  // It is ours to report: what the model asked for has nothing to do with it.
  if (code === 'INTERNAL_SERVER_ERROR' && message === outputRefused) return undefined;
  const own = ownMessageOf(error);
  if (own !== undefined || code === 'INTERNAL_SERVER_ERROR' || message !== code) return own;
  // Where there is no cause either, the app knew what it threw and had nothing to say.
  return 'the app gave no reason';
}

/** tRPC's message when a result does not fit `.output()`. */
const outputRefused = 'Output validation failed';

function maskedMessage(error: TRPCError, reference: string, exposeInternalErrors: boolean): string {
  if (exposeInternalErrors) return `${error.message} (reference ${reference})`;
  const reason =
    error.code === 'INTERNAL_SERVER_ERROR' ? 'something went wrong inside the app' : 'the app gave no reason';
  return `${reason} (reference ${reference})`;
}

/** The app's own hint. One that throws costs the model the hint, and nothing else. */
function ownHintOf(
  error: TRPCError,
  { errorHint, name, path }: Callable,
  report: Report,
): string | undefined {
  try {
    const hint: unknown = errorHint?.(error);
    return typeof hint === 'string' && hint !== '' ? hint : undefined;
  } catch (thrown) {
    const failure = { error: toError(thrown), reference: crypto.randomUUID(), tool: name, path };
    report(failure, { isForApp: true });
    return undefined;
  }
}

function hintOf({ code, cause }: TRPCError): string | undefined {
  const { hint, passes } = advice[code];
  const seconds = passes && retrySecondsOf(cause);
  if (seconds === undefined) return hint;
  return `Call again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, not sooner.`;
}

/** In the words of `Retry-After`, and of the rate limiters that people use. */
function retrySecondsOf(cause: unknown): number | undefined {
  const { retryAfterMs, msBeforeNext, _msBeforeNext, retryAfter, resetTime, reset } = (cause ?? {}) as Record<
    string,
    unknown
  >;
  const ms =
    amountOf(retryAfterMs) ??
    amountOf(msBeforeNext) ??
    amountOf(_msBeforeNext) ??
    scale(amountOf(retryAfter), 1000) ??
    msUntil(retryAfter) ??
    msUntil(resetTime) ??
    // In milliseconds since 1970.
    msUntil(new Date(amountOf(reset) ?? Number.NaN));
  return ms === undefined ? undefined : Math.max(1, Math.ceil(ms / 1000));
}

/** A number, or one that came in a header. */
function amountOf(value: unknown): number | undefined {
  const isAmount = typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
  const amount = isAmount ? Number(value) : Number.NaN;
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

function scale(amount: number | undefined, by: number): number | undefined {
  return amount === undefined ? undefined : amount * by;
}

/** How long it is until a Date, or a date as `Retry-After` or JSON writes it. */
function msUntil(time: unknown): number | undefined {
  const isDate = typeof time === 'string' ? /GMT$|^\d{4}-\d\d-\d\dT/.test(time) : time instanceof Date;
  const ms = isDate ? new Date(time as string | Date).getTime() - Date.now() : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function lineOf({ path, message }: WireIssue): string {
  return path === '' ? message : `${path}: ${message}`;
}

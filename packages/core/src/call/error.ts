import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import type { Callable } from '../catalog/callable.ts';
import { EncodeError, type WireIssue } from '../schema/wire-error.ts';
import { ownMessageOf, toError } from '../thrown.ts';
import { type Report, reportThrown } from './failure.ts';

type Code = TRPCError['code'];

/** What an error of a call means for the client and for the model. */
export interface Failure {
  /** What was thrown, as tRPC wraps it. */
  error: TRPCError;
  code: Code;
  /** Identifies a masked error to the model and to `onError`. */
  reference: string;
  /** Whether the model is given the reference instead of the message. */
  isMasked: boolean;
  /** Whether the app's developers have to fix it. */
  isForApp: boolean;
  /** The text for the model. */
  text: string;
  /** What is wrong with the arguments. */
  issues: WireIssue[] | undefined;
}

/** The HTTP status of a failed call. Clients act on 401 and 403; everything else is told to the model only. */
export type AuthStatus = 200 | 401 | 403;

interface Advice {
  /** Who can do something about the error: the model, the person it works for, or the app's developers. */
  audience: 'model' | 'person' | 'app';
  /** What the model should do next, if the code alone tells. */
  hint?: string;
  /** Whether the error passes with time, so that the model is told how long to wait. */
  passes?: true;
}

/** The advice for every code of tRPC. The type makes sure that a new code is not forgotten. */
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
  /** Shows messages that would be masked. For development only. */
  exposeInternalErrors: boolean;
  report: Report;
}

/** Reads what a call has thrown. Never throws itself, whatever that was. */
export function toFailure(thrown: unknown, tool: Callable, args: unknown, options: FailureOptions): Failure {
  const reference = crypto.randomUUID();
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    // A code that we do not know, of something that only looks like a TRPCError or of a later version of tRPC.
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
    // The properties of the error throw when they are read.
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
    // Some errors throw when they are read a second time.
    return 200;
  }
}

/** Converts UNAUTHORIZED and FORBIDDEN into a refusal; `undefined` for every other error. */
export function authRefusalOf(thrown: unknown, { challenge }: { challenge: string }): Refusal | undefined {
  try {
    const error = getTRPCErrorFromUnknown(thrown);
    const status = authStatusOf(error);
    if (status === 200) return undefined;
    const message = messageOf(error) ?? 'the app gave no reason';
    return { kind: 'refusal', status, message, ...(status === 401 && { challenge }) };
  } catch {
    // The error has no code that can be read.
    return undefined;
  }
}

/** The message, if the app, tRPC or this package wrote it for the caller; `undefined` otherwise. */
function messageOf(error: TRPCError): string | undefined {
  if (error.cause instanceof EncodeError) return error.cause.message;
  const { code, message } = error;
  // The output of the app does not fit its schema. The caller did nothing wrong.
  if (code === 'INTERNAL_SERVER_ERROR' && message === outputRefused) return undefined;
  const own = ownMessageOf(error);
  if (own !== undefined || code === 'INTERNAL_SERVER_ERROR' || message !== code) return own;
  // The app threw an error with a code, and without a message and a cause.
  return 'the app gave no reason';
}

/** The message of tRPC for a result that does not fit `.output()`. */
const outputRefused = 'Output validation failed';

function maskedMessage(error: TRPCError, reference: string, exposeInternalErrors: boolean): string {
  if (exposeInternalErrors) return `${error.message} (reference ${reference})`;
  const reason =
    error.code === 'INTERNAL_SERVER_ERROR' ? 'something went wrong inside the app' : 'the app gave no reason';
  return `${reason} (reference ${reference})`;
}

/** Calls the app's `errorHint`. If it throws, the model is given no hint, and `onError` is called. */
function ownHintOf(error: TRPCError, item: Callable, report: Report): string | undefined {
  try {
    const hint: unknown = item.errorHint?.(error);
    return typeof hint === 'string' && hint !== '' ? hint : undefined;
  } catch (thrown) {
    reportThrown(report, thrown, item);
    return undefined;
  }
}

function hintOf({ code, cause }: TRPCError): string | undefined {
  const { hint, passes } = advice[code];
  const seconds = passes && retrySecondsOf(cause);
  if (seconds === undefined) return hint;
  return `Call again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}, not sooner.`;
}

/** Reads the properties of common rate limiters, and `Retry-After`. */
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

/** Reads a number, or the text of one, as headers have it. */
function amountOf(value: unknown): number | undefined {
  const isAmount = typeof value === 'number' || (typeof value === 'string' && /^\d+(\.\d+)?$/.test(value));
  const amount = isAmount ? Number(value) : Number.NaN;
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}

function scale(amount: number | undefined, by: number): number | undefined {
  return amount === undefined ? undefined : amount * by;
}

/** The milliseconds until a Date, or until a date as `Retry-After` or JSON writes it. */
function msUntil(time: unknown): number | undefined {
  const isDate = typeof time === 'string' ? /GMT$|^\d{4}-\d\d-\d\dT/.test(time) : time instanceof Date;
  const ms = isDate ? new Date(time as string | Date).getTime() - Date.now() : Number.NaN;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

function lineOf({ path, message }: WireIssue): string {
  return path === '' ? message : `${path}: ${message}`;
}

import { type AnyTRPCRouter, getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import type { Callable } from '../catalog/callable.ts';
import { countProblems } from '../schema/explain/explain.ts';
import { EncodeError, type WireIssue } from '../schema/wire-error.ts';
import { hasMessage, isMadeByTrpc, ownMessageOf, toError } from '../thrown.ts';
import { type AppErrorParts, askToError } from './app-error.ts';
import { type Report, reportThrown } from './failure.ts';
import { FinalError } from './final-error.ts';
import { formattedMessageOf } from './formatted-message.ts';
import { type Formatted, formatError, type ShapeSource } from './shape.ts';

type Code = TRPCError['code'];

/** What an error of a call means for the client and for the model. */
export interface Failure {
  /** What was thrown, as tRPC wraps it, or what the app's `toError` made of it. */
  error: TRPCError;
  /** What was thrown, as tRPC wraps it. */
  original: TRPCError;
  code: Code;
  /** Identifies a masked error to the model and to `onError`. */
  reference: string;
  /** Whether the model is given the reference instead of the message. */
  isMasked: boolean;
  /** Whether nothing of the error may be sent to a client, although the app's formatter may have given it a message. */
  isInternal: boolean;
  /** What the app's `errorFormatter` made of it, if it was called already. */
  formatted: Formatted | undefined;
  /** Whether the app's developers have to fix it. */
  isForApp: boolean;
  /** The text for the model. */
  text: string;
  /** What is wrong with the arguments: the first ten problems. */
  issues: WireIssue[] | undefined;
  /** How many problems there are. */
  issueCount: number;
}

/** The HTTP status of a failed call. Clients act on 401 and 403; everything else is told to the model only. */
export type AuthStatus = 200 | 401 | 403;

interface Advice {
  /** What the code means, for an error that the app threw without words of its own. */
  sentence: string;
  /** Who can do something about the error: the model, the person it works for, or the app's developers. */
  audience: 'model' | 'person' | 'app';
  /** What the model should do next, if the code alone tells. */
  hint?: string;
  /** What it should do next if the app gave no words. Words of the app may say something else. */
  hintWithoutWords?: string;
  /** Whether the error passes with time, so that the model is told how long to wait. */
  passes?: true;
}

/** The advice for every code of tRPC. The type makes sure that a new code is not forgotten. */
const advice: Record<Code, Advice> = {
  PARSE_ERROR: {
    sentence: 'the arguments could not be read',
    audience: 'model',
    hint: 'Send the arguments as the tool’s input schema describes them.',
  },
  BAD_REQUEST: {
    sentence: 'the app does not accept this request as it is',
    audience: 'model',
    hintWithoutWords: 'Compare the arguments with the tool’s description, and call again with other ones.',
  },
  UNAUTHORIZED: { sentence: 'this needs a credential that the app accepts', audience: 'person' },
  PAYMENT_REQUIRED: {
    sentence: 'this has to be paid for first',
    audience: 'person',
    hint: 'Tell the person; calling again does not help.',
  },
  FORBIDDEN: {
    sentence: 'this caller may not do this',
    audience: 'person',
    hintWithoutWords: 'Calling again does not help; somebody with more rights has to do it or allow it.',
  },
  NOT_FOUND: {
    sentence: 'what this call is about does not exist',
    audience: 'model',
    hint: 'Check the identifiers; a tool that lists or searches has the right ones.',
  },
  METHOD_NOT_SUPPORTED: {
    sentence: 'the app does not support this kind of request',
    audience: 'app',
    hintWithoutWords: 'Do it another way; calling again does not help.',
  },
  TIMEOUT: {
    sentence: 'the app gave up after some time',
    audience: 'model',
    hint: 'It took too long. Ask for less, or try once more later.',
  },
  CONFLICT: {
    sentence: 'this contradicts the current state, which somebody may have changed meanwhile',
    audience: 'model',
    hint: 'Read the current state again, then decide whether to call again.',
  },
  PRECONDITION_FAILED: {
    sentence: 'something that this needs is not so yet',
    audience: 'model',
    hint: 'Bring about what is missing first, then call again.',
  },
  PAYLOAD_TOO_LARGE: {
    sentence: 'this is more than the app takes at once',
    audience: 'model',
    hint: 'Send less, or in several calls.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    sentence: 'the app does not take files of this kind',
    audience: 'model',
    hint: 'Send another kind of file.',
  },
  UNPROCESSABLE_CONTENT: {
    sentence: 'the app understood the arguments and cannot act on them',
    audience: 'model',
    hintWithoutWords:
      'Check whether the values fit each other and what the app holds, then call with other ones.',
  },
  PRECONDITION_REQUIRED: {
    sentence: 'this has to say on which condition it is to be done',
    audience: 'model',
    hint: 'Bring about what is missing first, then call again.',
  },
  TOO_MANY_REQUESTS: {
    sentence: 'there were too many calls in a short time',
    audience: 'model',
    hint: 'Wait before you call again.',
    passes: true,
  },
  CLIENT_CLOSED_REQUEST: { sentence: 'the call was ended before it was done', audience: 'model' },
  INTERNAL_SERVER_ERROR: { sentence: 'something went wrong inside the app', audience: 'app' },
  NOT_IMPLEMENTED: {
    sentence: 'the app cannot do this yet',
    audience: 'app',
    hint: 'Do it another way; calling again does not help.',
  },
  BAD_GATEWAY: {
    sentence: 'a system that the app relies on answered wrongly',
    audience: 'app',
    hint: 'Another system failed. Try once more later.',
  },
  SERVICE_UNAVAILABLE: {
    sentence: 'the app cannot do this at the moment',
    audience: 'app',
    hint: 'Try once more later.',
    passes: true,
  },
  GATEWAY_TIMEOUT: {
    sentence: 'a system that the app relies on did not answer',
    audience: 'app',
    hint: 'Another system did not answer in time. Try once more later.',
  },
};

export interface FailureOptions extends AppErrorParts {
  router: AnyTRPCRouter;
  /** Whether the message that the app's `errorFormatter` wrote is for models, too. */
  errorFormatter: 'message' | undefined;
  /** Shows messages that would be masked. For development only. */
  exposeInternalErrors: boolean;
  /** What credential the endpoint takes, and where it goes. */
  credentialHint: string;
  /** Replaces the dotted paths of procedures by the names of their tools. */
  sayToolNames: (text: string) => string;
}

/** Reads what a call has thrown. Never throws itself, whatever that was. */
export function toFailure(
  thrown: unknown,
  tool: Callable,
  source: ShapeSource,
  options: FailureOptions,
): Failure {
  const { args, ctx } = source;
  const reference = crypto.randomUUID();
  try {
    const original = getTRPCErrorFromUnknown(thrown);
    const told = askToError(options, thrown, { path: tool.path, ctx }, tool.name);
    const error = told ?? original;
    // A code that we do not know, of something that only looks like a TRPCError or of a later version of tRPC.
    const { code } = error;
    if (!Object.hasOwn(advice, code)) throw error;
    const explained = code === 'BAD_REQUEST' ? tool.input.explain(error.cause, args) : undefined;
    const issueCount = explained === undefined ? 0 : countProblems(error.cause, explained);
    const own =
      (told ? toldMessageOf(told) : messageOf(error)) ?? (explained && 'the arguments are not valid');
    const isInternal = own === undefined && !isBare(error);
    const formatted =
      options.errorFormatter && !isOfOutput(error)
        ? formatError(options.router, tool, error, explained !== undefined, source)
        : undefined;
    const words = (formatted && formattedMessageOf(formatted)) ?? own;
    const { isMasked, message, hint: usualHint } = toWords(error, words, reference, options);
    const hint = ownHintOf(error, tool, options.report) ?? usualHint;
    const { sayToolNames } = options;
    const issues = explained?.map(({ path, message: said }) => ({ path, message: sayToolNames(said) }));
    const text = [
      `${code}: ${message}`,
      ...(issues ?? []).map(lineOf),
      ...moreLine(issueCount, issues),
      ...(hint ? [sayToolNames(hint)] : []),
    ].join('\n');
    const isForApp = isMasked || advice[code].audience === 'app';
    const seen = { error, original, code, reference, isMasked, isInternal, formatted };
    return { ...seen, isForApp, text, issues, issueCount };
  } catch (cause) {
    // The properties of the error throw when they are read.
    const code = 'INTERNAL_SERVER_ERROR';
    const error = new TRPCError({ code, message: 'an error that cannot be read', cause: toError(cause) });
    const text = `${code}: ${maskedMessage(error, reference, false)}`;
    const seen = { error, original: error, code, reference, isMasked: true, isInternal: true } as const;
    return { ...seen, formatted: undefined, isForApp: true, text, issues: undefined, issueCount: 0 };
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

/**
 * Reports what `createContext` has thrown for a request that calls no procedure, such as a list. Returns the refusal if
 * that was UNAUTHORIZED or FORBIDDEN, in the words that a call would be refused with.
 */
export function reportContextError(
  thrown: unknown,
  options: FailureOptions & { gate: { challenge: string } },
): Refusal | undefined {
  try {
    const told = askToError(options, thrown, { path: undefined, ctx: undefined });
    const error = told ?? getTRPCErrorFromUnknown(thrown);
    const status = authStatusOf(error);
    if (status !== 200) {
      const words = told ? toldMessageOf(told) : messageOf(error);
      const reference = crypto.randomUUID();
      const { isMasked, message, hint } = toWords(error, words, reference, options);
      options.report({ error, reference }, { isForApp: isMasked });
      const text = [message, ...(hint ? [options.sayToolNames(hint)] : [])].join('\n');
      const { challenge } = options.gate;
      return { kind: 'refusal', status, message: text, ...(status === 401 && { challenge }) };
    }
  } catch {
    // The error has no code that can be read.
  }
  reportThrown(options.report, thrown);
  return undefined;
}

/** What the model is told of an error, besides the problems of its arguments. */
interface Words {
  isMasked: boolean;
  message: string;
  /** What to do next, unless the app says so itself. */
  hint: string | undefined;
}

/** Words an error. `own` is the message that was written for the caller, if there is one. */
function toWords(
  error: TRPCError,
  own: string | undefined,
  reference: string,
  { exposeInternalErrors, credentialHint, sayToolNames }: FailureOptions,
): Words {
  const isMasked = own === undefined && !isBare(error);
  const message = isMasked
    ? maskedMessage(error, reference, exposeInternalErrors)
    : (own ?? advice[error.code].sentence);
  const hint = hintOf(error, own !== undefined, credentialHint);
  return { isMasked, message: sayToolNames(message), hint };
}

/** The message, if the app, tRPC or this package wrote it for the caller; `undefined` otherwise. */
function messageOf(error: TRPCError): string | undefined {
  if (error.cause instanceof EncodeError) return error.cause.message;
  return isOfOutput(error) ? undefined : ownMessageOf(error);
}

/** The message of an error that `toError` returned. It was made for the caller, also where it is that of its cause. */
function toldMessageOf(error: TRPCError): string | undefined {
  const { code, message } = error;
  if (isOfOutput(error) || typeof message !== 'string' || message === code) return undefined;
  return /\S/.test(message) ? message : undefined;
}

/** Whether the output of the app does not fit its schema. The caller did nothing wrong. */
function isOfOutput({ code, message }: TRPCError): boolean {
  return code === 'INTERNAL_SERVER_ERROR' && message === outputRefused;
}

/** Whether the app threw an error with a code, and without a message and a cause. Then there is nothing to mask. */
function isBare({ code, message, cause }: TRPCError): boolean {
  if (code === 'INTERNAL_SERVER_ERROR') return false;
  return message === code || (!/\S/.test(message) && cause === undefined);
}

/** The message of tRPC for a result that does not fit `.output()`. */
const outputRefused = 'Output validation failed';

function maskedMessage(error: TRPCError, reference: string, exposeInternalErrors: boolean): string {
  if (exposeInternalErrors) return `${error.message} (reference ${reference})`;
  const { sentence } = advice[error.code] ?? advice.INTERNAL_SERVER_ERROR;
  return `${sentence}${isWrapped(error) ? `; ${withheld}` : ''} (reference ${reference})`;
}

/** Whether the app wrapped an error and gave it the message of that error. */
function isWrapped(error: TRPCError): boolean {
  const { cause, message } = error;
  return cause !== undefined && message !== '' && hasMessage(cause, message) && !isMadeByTrpc(error);
}

const withheld =
  "the app's message is withheld, because it may come from inside; see docs/errors.md of @trpc-mcp/core";

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

function hintOf(error: TRPCError, hasWords: boolean, credentialHint: string): string | undefined {
  if (error instanceof FinalError) return undefined;
  const { code, cause } = error;
  const { hint, hintWithoutWords, passes } = advice[code];
  const seconds = passes && retrySecondsOf(cause);
  if (seconds === undefined) {
    if (hasWords) return hint;
    return code === 'UNAUTHORIZED' ? credentialHint : (hint ?? hintWithoutWords);
  }
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

/** Says how many problems are left out. */
function moreLine(count: number, issues: readonly WireIssue[] = []): string[] {
  const more = count - issues.length;
  return more > 0 ? [`and ${more} more ${more === 1 ? 'problem' : 'problems'}`] : [];
}

import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import type { Tool } from '../catalog/tool.ts';
import { EncodeError, WireError, type WireIssue } from '../schema/wire-error.ts';

type Code = TRPCError['code'];

/** What an error means for the client and for the model. */
export interface Failure {
  /** What was thrown, as tRPC sees it. */
  error: TRPCError;
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
  TOO_MANY_REQUESTS: { audience: 'model', hint: 'Wait before you call again.' },
  CLIENT_CLOSED_REQUEST: { audience: 'model' },
  INTERNAL_SERVER_ERROR: { audience: 'app' },
  NOT_IMPLEMENTED: { audience: 'app', hint: 'Do it another way; calling again does not help.' },
  BAD_GATEWAY: { audience: 'app', hint: 'Another system failed. Try once more later.' },
  SERVICE_UNAVAILABLE: { audience: 'app', hint: 'Try once more later.' },
  GATEWAY_TIMEOUT: { audience: 'app', hint: 'Another system did not answer in time. Try once more later.' },
};

export interface FailureOptions {
  /** Shows the messages that are masked otherwise. For development. */
  exposeInternalErrors: boolean;
}

/** Reads what was thrown below a call. It never throws itself, whatever that was. */
export function toFailure(thrown: unknown, tool: Tool, args: unknown, options: FailureOptions): Failure {
  const reference = crypto.randomUUID();
  try {
    const error =
      thrown instanceof WireError
        ? new TRPCError({ code: 'BAD_REQUEST', cause: thrown })
        : getTRPCErrorFromUnknown(thrown);
    const issues = error.code === 'BAD_REQUEST' ? tool.input.explain(error.cause, args) : undefined;
    const written = issues ? 'the arguments are not valid' : messageOf(error);
    const isMasked = written === undefined;
    const message = isMasked ? maskedMessage(error, reference, options) : written;
    const hint = hintOf(error, tool);
    const text = [`${error.code}: ${message}`, ...(issues ?? []).map(lineOf), ...(hint ? [hint] : [])].join(
      '\n',
    );
    return {
      error,
      reference,
      isMasked,
      isForApp: isMasked || advice[error.code]?.audience === 'app',
      text,
      issues,
    };
  } catch (cause) {
    // An error whose own properties throw cannot be read, and so not be told either.
    const error = new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'an error that cannot be read',
      cause,
    });
    const text = `${error.code}: ${maskedMessage(error, reference, { exposeInternalErrors: false })}`;
    return { error, reference, isMasked: true, isForApp: true, text, issues: undefined };
  }
}

export function authStatusOf({ code }: TRPCError): AuthStatus {
  if (code === 'UNAUTHORIZED') return 401;
  return code === 'FORBIDDEN' ? 403 : 200;
}

/** What a caller is told who has to sign in, or may not; `undefined` for every other error. */
export function authRefusalOf(thrown: unknown, { challenge }: { challenge: string }): Refusal | undefined {
  const error = getTRPCErrorFromUnknown(thrown);
  const status = authStatusOf(error);
  if (status === 200) return undefined;
  const message = messageOf(error) ?? 'the app gave no reason';
  return { status, message, ...(status === 401 && { challenge }) };
}

/** What was written for the caller, by the app, by tRPC or by us. `undefined` when nothing was. */
function messageOf(error: TRPCError): string | undefined {
  if (error.cause instanceof EncodeError) return error.cause.message;
  // tRPC copies the message of a cause where the app wrote none, and such a message was not written for a model.
  // Where there is no cause either, it puts the code in its place.
  if (error.message === '' || error.message === error.cause?.message) return undefined;
  if (error.message !== error.code) return error.message;
  return error.code === 'INTERNAL_SERVER_ERROR' ? undefined : 'the app gave no reason';
}

function maskedMessage(
  error: TRPCError,
  reference: string,
  { exposeInternalErrors }: FailureOptions,
): string {
  if (exposeInternalErrors) return `${error.message} (reference ${reference})`;
  const reason =
    error.code === 'INTERNAL_SERVER_ERROR' ? 'something went wrong inside the app' : 'the app gave no reason';
  return `${reason} (reference ${reference})`;
}

function hintOf(error: TRPCError, tool: Tool): string | undefined {
  const own = tool.errorHint?.(error);
  if (own) return own;
  const seconds = retrySecondsOf(error.cause);
  return seconds === undefined ? advice[error.code]?.hint : `Call again in ${seconds} seconds, not sooner.`;
}

/** In the words of `Retry-After`, and of the rate limiters that people use. */
function retrySecondsOf(cause: unknown): number | undefined {
  const { retryAfter, retryAfterMs, msBeforeNext, _msBeforeNext } = (cause ?? {}) as Record<string, unknown>;
  const ms = retryAfterMs ?? msBeforeNext ?? _msBeforeNext;
  const seconds = ms === undefined ? Number(retryAfter) : Number(ms) / 1000;
  return Number.isFinite(seconds) && seconds >= 0 ? Math.ceil(seconds) : undefined;
}

function lineOf({ path, message }: WireIssue): string {
  return path === '' ? message : `${path}: ${message}`;
}

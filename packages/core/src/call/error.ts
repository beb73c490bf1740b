import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import type { Tool } from '../catalog/tool.ts';
import { EncodeError, WireError, type WireIssue } from '../schema/wire-error.ts';

/** What an error means for the client and for the model. */
export interface Failure {
  /** What was thrown, as tRPC sees it. */
  error: TRPCError;
  /** What a masked error is known by, to the model and to `onError`. */
  reference: string;
  /** Whether the model was given the reference in place of the message. */
  isMasked: boolean;
  /** What the model reads. */
  text: string;
  status: AuthStatus;
  /** What `WWW-Authenticate` says beside a 401. */
  challenge?: string;
}

/** The HTTP status of an answer. Only these two codes change it; the rest is for the model. */
export type AuthStatus = 200 | 401 | 403;

const authStatus: Partial<Record<TRPCError['code'], AuthStatus>> = { UNAUTHORIZED: 401, FORBIDDEN: 403 };

const defaultChallenge = 'Bearer';

/** Reads what was thrown below a call. */
export function toFailure(thrown: unknown, tool: Tool, args: unknown): Failure {
  const error =
    thrown instanceof WireError
      ? new TRPCError({ code: 'BAD_REQUEST', cause: thrown })
      : getTRPCErrorFromUnknown(thrown);
  const reference = crypto.randomUUID();
  const message = messageFor(error, tool, args);
  const status = authStatus[error.code] ?? 200;
  const challenge = status === 401 ? defaultChallenge : undefined;
  const text = `${error.code}: ${message ?? maskedMessage(error, reference)}`;
  return {
    error,
    reference,
    isMasked: message === undefined,
    text: challenge ? `${text} (WWW-Authenticate: ${challenge})` : text,
    status,
    ...(challenge && { challenge }),
  };
}

/** What was written for the caller: by the app, by its validators, or by us. `undefined` when nothing was. */
function messageFor(error: TRPCError, tool: Tool, args: unknown): string | undefined {
  if (error.cause instanceof EncodeError) return error.cause.message;
  const issues = error.code === 'BAD_REQUEST' ? tool.input.explain(error.cause, args) : undefined;
  if (issues) return ['the arguments are not valid', ...issues.map(lineOf)].join('\n');
  // tRPC copies the message of a cause where the app wrote none, and such a message was not written for a model.
  // Where there is no cause either, it puts the code in its place.
  if (error.message === '' || error.message === error.cause?.message) return undefined;
  if (error.message !== error.code) return error.message;
  return error.code === 'INTERNAL_SERVER_ERROR' ? undefined : 'the app gave no reason';
}

function maskedMessage(error: TRPCError, reference: string): string {
  const reason =
    error.code === 'INTERNAL_SERVER_ERROR' ? 'something went wrong inside the app' : 'the app gave no reason';
  return `${reason} (reference ${reference})`;
}

function lineOf({ path, message }: WireIssue): string {
  return path === '' ? message : `${path}: ${message}`;
}

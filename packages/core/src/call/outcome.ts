import type { TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import type { OpenQuestions } from './ask.ts';
import type { AuthStatus } from './error.ts';
import type { Told } from './result.ts';

/** What came of a call: a result, a failure, or questions that have to be answered first. */
export interface Outcome {
  told?: Told;
  failed?: Failed;
  open?: OpenQuestions;
  /** 401 and 403 want an HTTP status of their own. */
  status: AuthStatus;
  /** What `WWW-Authenticate` says beside it. */
  challenge?: string | undefined;
}

/** A failed call, in words that fit tools, resources and prompts. */
export interface Failed {
  code: TRPCError['code'];
  /** What the model reads. */
  text: string;
  /** What programs read. */
  meta: Record<string, unknown>;
}

/** The answer to a call that is not let in. */
export function toRefused({ status, message, challenge }: Refusal, path?: string): Outcome {
  const code = status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN';
  const meta = { code, httpStatus: status, ...(path !== undefined && { path }) };
  return { failed: { code, text: `${code}: ${message}`, meta }, status, challenge };
}

/** The challenge is told in words as well: who reads the body does not see the headers. */
export function textOf({ text }: Failed, challenge: string | undefined): string {
  return challenge ? `${text} (WWW-Authenticate: ${challenge})` : text;
}

import type { Result } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import type { OpenQuestions } from './ask.ts';
import type { AuthStatus } from './error.ts';

/** How a call ended. */
export type Outcome = ResultOutcome | FailureOutcome | QuestionsOutcome;

/** The call succeeded. */
export interface ResultOutcome {
  kind: 'result';
  result: Result;
  /** The structured content as JSON, if it is the text content too. It need not be serialized again. */
  json?: string;
}

/** The call failed. The texts fit tools, resources and prompts. */
export interface FailureOutcome {
  kind: 'failure';
  code: TRPCError['code'];
  /** For the model. */
  text: string;
  /** For programs. */
  meta: Record<string, unknown>;
  /** 401 and 403 become the status of the HTTP response. */
  status: AuthStatus;
  /** The value of `WWW-Authenticate`. */
  challenge?: string | undefined;
}

/** The call needs answers before it can continue. */
export interface QuestionsOutcome {
  kind: 'questions';
  open: OpenQuestions;
}

/** Converts a refusal into the outcome of a call. */
export function toRefusalOutcome({ status, message, challenge }: Refusal, path?: string): FailureOutcome {
  const code = status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN';
  const meta = { code, httpStatus: status, ...(path !== undefined && { path }) };
  return { kind: 'failure', code, text: `${code}: ${message}`, meta, status, challenge };
}

/** The text of a failure with its challenge, because clients that read the body do not see the headers. */
export function textOf({ text, challenge }: FailureOutcome): string {
  return challenge ? `${text} (WWW-Authenticate: ${challenge})` : text;
}

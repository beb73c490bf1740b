import type { Result } from '@modelcontextprotocol/server';
import type { TRPCError } from '@trpc/server';
import type { Refusal } from '../auth/gate.ts';
import type { OpenQuestions } from './ask.ts';
import type { AuthStatus } from './error.ts';

/** How a call ended. */
export type Outcome = ResultOutcome | FailureOutcome | QuestionsOutcome | MissingOutcome | IncapableOutcome;

/** The call succeeded. */
export interface ResultOutcome {
  kind: 'result';
  result: Result;
  /** The structured content as JSON, if there is one text beside it and nothing else. It need not be serialized again. */
  json?: string;
  /** That text. Set together with `json`. */
  text?: string;
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
  /** Whether a procedure of the app threw it. Refusals of the gate, scopes and `createContext` come before that. */
  isOfProcedure?: boolean;
  /** The value of `WWW-Authenticate`. */
  challenge?: string | undefined;
}

/** The call needs answers before it can continue. */
export interface QuestionsOutcome {
  kind: 'questions';
  open: OpenQuestions;
}

/** There is nothing of this name, or it is hidden from this caller. */
export interface MissingOutcome {
  kind: 'missing';
  /** The name of the tool that was probably meant. */
  nearest: string | undefined;
}

/** The client lacks an extension of the protocol without which the call cannot be answered. */
export interface IncapableOutcome {
  kind: 'incapable';
  /** The identifier of the extension. */
  extension: string;
}

/** Converts a refusal into the outcome of a call. */
export function toRefusalOutcome(refusal: Refusal, path?: string): FailureOutcome {
  const { status, message, challenge, advice } = refusal;
  const code = status === 401 ? 'UNAUTHORIZED' : 'FORBIDDEN';
  const meta = { code, httpStatus: status, ...(path !== undefined && { path }) };
  return {
    kind: 'failure',
    code,
    text: `${code}: ${message}${advice ? `; ${advice}` : ''}`,
    meta,
    status,
    challenge,
  };
}

/** The text of a failure with its challenge, because clients that read the body do not see the headers. */
export function textOf({ text, challenge }: FailureOutcome): string {
  return challenge ? `${text} (WWW-Authenticate: ${challenge})` : text;
}

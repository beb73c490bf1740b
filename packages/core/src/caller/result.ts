import type { CallToolResult } from '@modelcontextprotocol/server';
import type { Outcome, QuestionsOutcome } from '../call/outcome.ts';
import { toErrorResult } from '../call/result.ts';
import { toAnswer } from '../protocol/answer.ts';

/** The codes of what this package refuses by itself, with their statuses over HTTP. */
const statuses = {
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PRECONDITION_FAILED: 412,
  TOO_MANY_REQUESTS: 429,
  INTERNAL_SERVER_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
} as const;

/** The result of a call that this package refuses. A model reads the code and the words. */
export function toRefused(code: keyof typeof statuses, words: string): CallToolResult {
  return toErrorResult(`${code}: ${words}`, { code, httpStatus: statuses[code] });
}

/** Converts an outcome into the result that a model reads. It is a copy, as over the wire. */
export function toToolCallResult(
  name: string,
  outcome: Exclude<Outcome, QuestionsOutcome> | undefined,
): CallToolResult {
  const answer = toAnswer('tools/call', { name }, outcome);
  if (answer.kind === 'error') {
    const code = outcome?.kind === 'incapable' ? 'PRECONDITION_FAILED' : 'NOT_FOUND';
    return toErrorResult(answer.error.message, { code, httpStatus: statuses[code] });
  }
  return JSON.parse(JSON.stringify(answer.result)) as CallToolResult;
}

import type { Result } from '@modelcontextprotocol/server';
import type { Outcome } from '../../call/outcome.ts';
import { toAnswer } from '../answer.ts';
import type { RpcError } from '../json-rpc.ts';
import type { End } from './record.ts';

/** A result that is larger is not kept, in characters of its JSON. */
const mostCharacters = 16 * 2 ** 20;

/** Makes the end of a task of how its call ended. */
export function toEnd(name: string, outcome: Exclude<Outcome, { kind: 'questions' }> | undefined): End {
  const answer = toAnswer('tools/call', { name }, outcome);
  if (answer.kind === 'error') return toFailed(answer.error);
  if (JSON.stringify(answer.result).length <= mostCharacters) return toCompleted(answer.result);
  return toError(
    `PAYLOAD_TOO_LARGE: the call has run, and its result has more than ${mostCharacters} characters, so that it could not be kept; ask for less at once`,
  );
}

/** The end of a call that answers with an error for the model. */
export function toError(text: string): End {
  return toCompleted({ content: [{ type: 'text', text }], isError: true });
}

/** The end of a task whose questions nobody has answered in its time. */
export function toUnanswered(): End {
  return toError('TIMEOUT: nobody has answered the questions of this task in its time, and it was ended');
}

/** The end of a task whose call had no result at all. */
export function toFailed(error: RpcError): End {
  return { status: 'failed', error, endedAt: Date.now() };
}

export function toCancelled(): End {
  return { status: 'cancelled', endedAt: Date.now() };
}

/** Inside of a task, a result says what it is, as it does in the answer to a call. */
function toCompleted(result: Result): End {
  return { status: 'completed', result: { resultType: 'complete', ...result }, endedAt: Date.now() };
}

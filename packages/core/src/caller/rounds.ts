import type { CallRequest } from '../call/active-call.ts';
import type { AskState, InputRequest, OpenQuestions } from '../call/ask.ts';
import type { Outcome, QuestionsOutcome } from '../call/outcome.ts';
import { isRecord } from '../record.ts';
import { toAskState } from '../protocol/tasks/round.ts';
import type { OnElicit, QuestionAbout } from './options.ts';

/** How often a call may ask before it is ended. Clients end a call after as many rounds. */
const mostRounds = 10;

/** Why a call could not go on after its questions. */
export class Unanswered extends Error {
  override readonly name = 'Unanswered';
}

/** What the app's function has answered, or has thrown in place of an answer. */
export class ElicitFailed extends Error {
  override readonly name = 'ElicitFailed';
}

/**
 * Calls, answers its questions with the app's function, and calls again with the answers until it has ended. Throws
 * `Unanswered` if a question stays without an answer.
 */
export async function callInRounds(
  call: (round: Pick<CallRequest, 'state' | 'responses'>) => Promise<Outcome | undefined>,
  onElicit: OnElicit | undefined,
  about: QuestionAbout,
  /** Is told of questions after which the call does not go on. */
  giveUp: (open: OpenQuestions) => Promise<void>,
): Promise<Exclude<Outcome, QuestionsOutcome> | undefined> {
  let state: AskState | undefined;
  let responses: Record<string, unknown> | undefined;
  for (let round = 0; ; round++) {
    const outcome = await call({ state, responses });
    if (outcome?.kind !== 'questions') return outcome;
    try {
      if (round === mostRounds)
        throw new Unanswered(`the call has asked ${mostRounds} times, and asks again; nothing more was done`);
      responses = await answerAll(outcome.open, onElicit, about);
      // The dialog may outlive the call. A late yes must not run what was stopped.
      if (about.signal.aborted) throw new Unanswered('the call was cancelled; nothing more was done');
    } catch (thrown) {
      await giveUp(outcome.open);
      throw thrown;
    }
    state = toAskState(outcome.open);
  }
}

async function answerAll(
  { requests }: OpenQuestions,
  onElicit: OnElicit | undefined,
  about: QuestionAbout,
): Promise<Record<string, unknown>> {
  const answers: [string, unknown][] = [];
  // One after the other: a person reads one question at a time.
  for (const [key, request] of Object.entries(requests))
    answers.push([key, await answer(request, onElicit, about)]);
  return Object.fromEntries(answers);
}

async function answer(
  { method, params }: InputRequest,
  onElicit: OnElicit | undefined,
  about: QuestionAbout,
): Promise<unknown> {
  if (method !== 'elicitation/create' || !onElicit)
    throw new Unanswered(`this needs ${method} of a client, which there is none of in process`);
  let given: unknown;
  try {
    given = await onElicit(params, about);
  } catch (cause) {
    throw new ElicitFailed('onElicit threw', { cause });
  }
  const action = isRecord(given) ? given['action'] : undefined;
  if (actions.includes(action)) return given;
  throw new ElicitFailed('onElicit returned no answer', {
    cause: new TypeError(
      'onElicit has to return { action: "accept", content }, { action: "decline" } or { action: "cancel" }',
    ),
  });
}

const actions: readonly unknown[] = ['accept', 'decline', 'cancel'];

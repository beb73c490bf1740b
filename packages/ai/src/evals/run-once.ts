import { CallLog } from './calls.ts';
import type { EvalCase, EvalEnd } from './case.ts';
import { CaseProblem, converse, type Conversed } from './converse.ts';
import { findFailures } from './expectation.ts';
import { isOfModel, toModelProblem } from './model-problem.ts';
import type { Asked } from './question.ts';
import type { RecordedResponse } from './record.ts';
import type { EvalRun } from './report.ts';
import type { Session } from './session.ts';
import type { StaleReason } from './staleness.ts';
import { recordModel, replayModel, Tape } from './tape.ts';
import { wordsOf } from './words.ts';
import { personOf } from './world.ts';

/** What came of one repetition. */
export interface Once {
  run: EvalRun;
  tape: Tape;
  stale: StaleReason[];
  /** Whether the agent came to its end, so that what was recorded is whole. */
  isWhole: boolean;
  /** Why no other case can succeed either. */
  ended: { code: 'UNAUTHORIZED' | 'MODEL_UNUSABLE'; message: string } | undefined;
}

/** How a recorded repetition is replayed. */
export interface Replay {
  responses: readonly RecordedResponse[];
  /** Compares what the model is given now with what it was given. */
  findStale: (tape: Tape) => StaleReason[];
}

const defaultTimeoutMs = 60_000;

/** Runs a case once: prepares it, lets the model answer, and compares what happened with what was expected. */
export async function runOnce(session: Session, one: EvalCase, replay: Replay | undefined): Promise<Once> {
  const { evals } = session;
  const startedAt = Date.now();
  const timeoutMs = one.timeoutMs ?? evals.timeoutMs ?? defaultTimeoutMs;
  const time = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  // What prepares a case, such as filling a database, does not count.
  const begin = (): void => {
    signal.throwIfAborted();
    timer = setTimeout(() => time.abort(new Error('The time of the case is over.')), timeoutMs);
  };
  const signal = AbortSignal.any([time.signal, session.signal]);
  const asked: Asked = { questions: [], unanswered: [] };
  const tape = new Tape();
  const log = new CallLog();
  const stale: StaleReason[] = [];
  const model =
    replay === undefined
      ? recordModel(session.model!, tape)
      : replayModel(replay.responses, tape, (_, at) => checkReplay(replay, tape, at, stale));
  const conversation = {
    session,
    one,
    as: personOf(evals, one.as),
    model,
    responses: () => tape.responses.length,
    asked,
    log,
    signal,
    begin,
  };
  let conversed: Conversed | undefined;
  let failures: string[] = [];
  let status: EvalRun['status'] = 'passed';
  let ended: Once['ended'];
  const calls = () => log.list(tape.calls, session.catalog);
  try {
    conversed = await untilAborted(signal, () => converse(conversation));
    if (replay !== undefined && tape.responses.length < replay.responses.length)
      stale.push(toCountReason(replay.responses.length, tape.responses.length));
    failures = await untilAborted(signal, () => judge(one, conversed!, conversation, tape, calls()));
  } catch (thrown) {
    failures = [thrown instanceof CaseProblem ? thrown.message : wordsOf(thrown)];
    if (session.signal.aborted) status = 'cancelled';
    else if (time.signal.aborted) failures = [`It did not end within ${timeoutMs / 1000} seconds.`];
    else if ((tape.problem !== undefined && !(thrown instanceof CaseProblem)) || isOfModel(thrown)) {
      const problem = toModelProblem(tape.problem ?? thrown);
      failures = [problem.message];
      status = 'error';
      const { kind, message } = problem;
      if (kind === 'unauthorized') ended = { code: 'UNAUTHORIZED', message };
      if (kind === 'unusable') ended = { code: 'MODEL_UNUSABLE', message };
    }
  } finally {
    clearTimeout(timer);
  }
  if (stale.length > 0) status = 'stale';
  else if (status === 'passed' && failures.length > 0) status = 'failed';
  const run: EvalRun = {
    status,
    failures: stale.length > 0 ? stale.map(({ message }) => message) : failures,
    calls: calls(),
    modelCalls: tape.calls.length,
    responses: tape.responses.length,
    tokens: sumTokens(tape),
    answer: conversed?.answer ?? '',
    questions: asked.questions,
    ms: Date.now() - startedAt,
  };
  return { run, tape, stale, isWhole: conversed !== undefined, ended };
}

/** Compares what happened with what was expected, and looks at what the app holds now. */
async function judge(
  { expect, maxSteps }: EvalCase,
  { world, answer, isStopped }: Conversed,
  { asked, session }: { asked: Asked; session: Session },
  tape: Tape,
  calls: EvalRun['calls'],
): Promise<string[]> {
  const failures = [...asked.unanswered];
  if (isStopped) {
    const most = maxSteps ?? session.evals.maxSteps ?? 10;
    failures.push(
      `It was stopped after ${most} responses to one sentence, because the model still called tools.`,
    );
  }
  const { questions } = asked;
  const happened = { answer, calls, modelCalls: tape.calls.length, tokens: sumTokens(tape), questions };
  failures.push(...findFailures(expect, happened));
  if (expect.state) {
    const end: EvalEnd = { ...world, answer, calls };
    failures.push(...(await askState(() => expect.state!(end))));
  }
  return failures;
}

async function askState(state: () => unknown): Promise<string[]> {
  try {
    const verdict = await state();
    if (verdict === undefined || verdict === true) return [];
    if (typeof verdict === 'string') return [verdict];
    if (verdict === false) return ['The state is not as expected: "state" returned false.'];
    return ['"state" has to return nothing, true, false, or a text that says what is wrong.'];
  } catch (thrown) {
    return [`The state is not as expected: ${wordsOf(thrown)}`];
  }
}

/** Runs before each recorded response. Throws if it cannot be used. */
function checkReplay({ responses, findStale }: Replay, tape: Tape, at: number, stale: StaleReason[]): void {
  if (at === 0) stale.push(...findStale(tape));
  else if (at >= responses.length) stale.push(toCountReason(responses.length, at + 1));
  if (stale.length > 0) throw new CaseProblem('The record does not fit.');
}

function toCountReason(recorded: number, asked: number): StaleReason {
  const message =
    asked > recorded
      ? `The record has ${countOf(recorded)} of the model, and one more was asked for: the tools may return something else now, so that the conversation goes on.`
      : `The record has ${countOf(recorded)} of the model, and only ${asked} were asked for: the conversation ended earlier.`;
  return { kind: 'record', message };
}

function countOf(responses: number): string {
  return responses === 1 ? '1 response' : `${responses} responses`;
}

function sumTokens({ responses }: Tape): EvalRun['tokens'] {
  return {
    input: responses.reduce((sum, { tokens }) => sum + tokens.input, 0),
    output: responses.reduce((sum, { tokens }) => sum + tokens.output, 0),
  };
}

/** Rejects when the signal aborts, also if the work does not listen to it. */
function untilAborted<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const end = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) return end();
    signal.addEventListener('abort', end, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', end));
    return undefined;
  });
}

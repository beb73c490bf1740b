import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { taskMs } from '../../app/task-time.ts';
import { ask, describe } from '../message.ts';
import { answer, cancel, codeOf, createTask, type Made, pickPlace, read, send, until } from '../task.ts';
import type { Visit } from '../visit.ts';

const pollMs = 10;
const notFound = -32_602;

/** Tasks that were left or have ended, and when. After a while nobody finds them. */
const past: { made: Made; at: number }[] = [];
const mostPast = 1000;
/** A task that nobody answers ends within 5 seconds after its time, and its result is kept for as long. */
const overMs = 2 * taskMs + 8000;

export const pollTask: Visit = async (port) => {
  const made = await createTask(port, 'count', { to: 5 });
  await expectResult(made, { counted: 5 });
  leave(made);
};

/** Answers two questions, one after the other. */
export const answerTask: Visit = async (port) => {
  const made = await createTask(port, 'choose');
  const colors = ['red', 'blue'];
  const answered = new Set<string>();
  for (const color of colors) {
    let open: string[] = [];
    while (open.length === 0) {
      const { inputRequests = {} } = await until(made, 'input_required');
      open = Object.keys(inputRequests).filter((key) => !answered.has(key));
      if (open.length === 0) await sleep(pollMs);
    }
    await answer(made, open, color);
    for (const key of open) answered.add(key);
  }
  await expectResult(made, { colors });
};

/** Cancels a task that runs, or one that waits for an answer. Twice, because a client may not know that it has. */
export const cancelTask: Visit = async (port) => {
  const made = await (Math.random() < 0.5
    ? createTask(port, 'count', { to: 300 })
    : createTask(port, 'choose'));
  await sleep(Math.random() * 20);
  await cancel(made);
  await cancel(made);
  const { status } = await read(made);
  if (status !== 'cancelled') throw new Error(`a cancelled task is ${status}`);
  leave(made);
};

/** Never asks for the task. Half of them are questions that nobody answers. */
export const leaveTask: Visit = async (port) => {
  leave(await (Math.random() < 0.5 ? createTask(port, 'count', { to: 20 }) : createTask(port, 'choose')));
};

/** Hangs up on a call that may become a task. If it does not, its result is there at once. */
export const hangUpEarly: Visit = async (port) => {
  const signal = AbortSignal.timeout(Math.ceil(Math.random() * 25));
  const asked = ask(port, 'tools/call', { name: 'soon', arguments: {} }, { ...pickPlace(), signal });
  const answered = await asked.catch(() => undefined);
  if (!answered) return;
  const { result } = JSON.parse(answered.text) as {
    result?: { resultType?: string; structuredContent?: unknown };
  };
  const isRight =
    result?.resultType === 'task' || isDeepStrictEqual(result?.structuredContent, { ended: true });
  if (!isRight) throw new Error(`a call that may become a task: ${describe(answered)}`);
};

/** Asks for tasks that were never there, and for one of somebody else. */
export const askForUnknown: Visit = async (port) => {
  const made = await createTask(port, 'count', { to: 1 });
  const others = [
    { ...made, user: 'Bearer mallory' },
    { ...made, taskId: crypto.randomUUID() },
    { ...made, taskId: '__proto__' },
  ];
  for (const other of others) {
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      const answered = await send(other, method, method === 'tasks/update' ? { inputResponses: {} } : {});
      if (codeOf(answered) !== notFound) throw new Error(`an unknown task: ${describe(answered)}`);
    }
  }
};

/** Asks for a task whose time is over. */
export const askForExpired: Visit = async () => {
  const first = past[0];
  if (!first || Date.now() - first.at < overMs) return;
  past.shift();
  const answered = await send(first.made, 'tasks/get');
  // While a task of a queue waits for answers, no process runs it: the first who asks after its time ends it.
  const hasJustEnded = answered.text.includes('TIMEOUT: nobody has answered');
  if (codeOf(answered) !== notFound && !hasJustEnded)
    throw new Error(`an expired task: ${describe(answered)}`);
};

function leave(made: Made): void {
  past.push({ made, at: Date.now() });
  if (past.length > mostPast) past.shift();
}

async function expectResult(made: Made, expected: unknown): Promise<void> {
  const { result } = await until(made, 'completed');
  if (!isDeepStrictEqual(result?.structuredContent, expected))
    throw new Error(`the result of a task: ${JSON.stringify(result).slice(0, 200)}`);
}

import { setTimeout as sleep } from 'node:timers/promises';
import { type Answered, ask, describe } from './message.ts';
import { pickOfPair } from './pair.ts';

/** A task, and who has made it. */
export interface Made {
  port: number;
  user: string;
  taskId: string;
  /** Whether both handlers of the pair serve it. */
  isShared: boolean;
}

export interface Task {
  status: string;
  inputRequests?: Record<string, unknown>;
  result?: { structuredContent?: unknown };
}

const pollMs = 10;
const users = 20;

/** One of the handlers that have tasks, and one of several callers, who each have their limit of tasks. */
export function pickPlace(): { path: string; user: string } {
  const user = `Bearer user ${Math.floor(Math.random() * users)}`;
  return { path: Math.random() < 0.5 ? '/long' : pickOfPair(), user };
}

export async function createTask(port: number, name: string, args: object = {}): Promise<Made> {
  const { path, user } = pickPlace();
  const answered = await ask(port, 'tools/call', { name, arguments: args }, { path, user });
  const { result } = JSON.parse(answered.text) as { result?: { resultType?: string; taskId?: string } };
  if (result?.resultType !== 'task') throw new Error(`no task: ${describe(answered)}`);
  return { port, user, taskId: result.taskId!, isShared: path !== '/long' };
}

export function send(
  { port, user, taskId, isShared }: Made,
  method: string,
  more: object = {},
): Promise<Answered> {
  return ask(port, method, { taskId, ...more }, { path: isShared ? pickOfPair() : '/long', user });
}

export async function read(made: Made): Promise<Task> {
  return resultOf(await send(made, 'tasks/get')) as unknown as Task;
}

/** Asks for the task until it has this status. Throws if it has ended in another one. */
export async function until(made: Made, status: string): Promise<Task> {
  for (;;) {
    const task = await read(made);
    if (task.status === status) return task;
    if (task.status !== 'working' && task.status !== 'input_required')
      throw new Error(`a task is not ${status}: ${JSON.stringify(task).slice(0, 200)}`);
    await sleep(pollMs);
  }
}

export async function answer(made: Made, keys: readonly string[], color: string): Promise<void> {
  const responses = keys.map((key) => [key, { action: 'accept', content: { color } }]);
  const inputResponses = Object.fromEntries(responses) as object;
  resultOf(await send(made, 'tasks/update', { inputResponses }));
}

export async function cancel(made: Made): Promise<void> {
  resultOf(await send(made, 'tasks/cancel'));
}

export function codeOf({ text }: Answered): number | undefined {
  return (JSON.parse(text) as { error?: { code: number } }).error?.code;
}

function resultOf(answered: Answered): object {
  const { result } = JSON.parse(answered.text) as { result?: object };
  if (!result) throw new Error(`of a task: ${describe(answered)}`);
  return result;
}

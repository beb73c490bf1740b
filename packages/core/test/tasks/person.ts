import { setTimeout as sleep } from 'node:timers/promises';
import type { FetchMcpHandler } from '../../src/adapters/fetch.ts';

export const extensionId = 'io.modelcontextprotocol/tasks';

/** What a client says that it can do: tasks, and questions in forms. */
export const withTasks = { elicitation: { form: {} }, extensions: { [extensionId]: {} } };

/** A task, as `tasks/get` tells it. */
export interface Task {
  resultType: string;
  taskId: string;
  status: 'working' | 'input_required' | 'completed' | 'cancelled' | 'failed';
  statusMessage?: string;
  createdAt: string;
  lastUpdatedAt: string;
  ttlMs: number;
  pollIntervalMs?: number;
  inputRequests?: Record<string, { method: string; params: { message: string } }>;
  result?: { content: { text: string }[]; structuredContent?: unknown; isError?: boolean };
  error?: { code: number; message: string };
}

export interface Reply {
  status: number;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

export interface PersonOptions {
  capabilities?: Record<string, unknown>;
  headers?: Record<string, string>;
}

/** Somebody with a client of 2026 that does no more than what it is told. */
export interface Person {
  send(method: string, params: Record<string, unknown>, headers?: Record<string, string>): Promise<Reply>;
  call(name: string, args?: Record<string, unknown>): Promise<Reply>;
  /** Calls a tool and returns the id of the task. Throws when it was answered otherwise. */
  start(name: string, args?: Record<string, unknown>): Promise<string>;
  get(taskId: unknown): Promise<Reply>;
  update(taskId: unknown, inputResponses: unknown): Promise<Reply>;
  cancel(taskId: unknown): Promise<Reply>;
  /** The state of a task that is there. */
  read(taskId: string): Promise<Task>;
  /** Polls until the task has a state, and throws when it ends in another one. */
  until(taskId: string, ...states: Task['status'][]): Promise<Task>;
  /** Polls until the task has ended. */
  settle(taskId: string): Promise<Task>;
}

export const ends = ['completed', 'cancelled', 'failed'] as const satisfies Task['status'][];

/** `target` is a handler in this process, or the URL of one. */
export function person(
  target: FetchMcpHandler | string,
  name?: string,
  { capabilities = withTasks, headers: own = {} }: PersonOptions = {},
): Person {
  const post = (headers: Record<string, string>, body: string): Promise<Response> => {
    const init = { method: 'POST', headers, body };
    if (typeof target === 'string') return fetch(target, init);
    return target(new Request('http://localhost/mcp', init));
  };
  const send: Person['send'] = async (method, params, more = {}) => {
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': capabilities,
      ...(params['_meta'] as object | undefined),
    };
    const named = params['name'] ?? params['taskId'];
    const response = await post(
      {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        'mcp-name': toHeader(named),
        ...(name !== undefined && { authorization: `Bearer ${name}` }),
        ...own,
        ...more,
      },
      JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
    );
    return { status: response.status, ...(await readMessage(response)) };
  };
  const call: Person['call'] = (tool, args = {}) => send('tools/call', { name: tool, arguments: args });
  const get: Person['get'] = (taskId) => send('tasks/get', { taskId });
  const read: Person['read'] = async (taskId) => {
    const reply = await get(taskId);
    if (!reply.result) throw new Error(`there is no task ${taskId}: ${JSON.stringify(reply)}`);
    return reply.result as unknown as Task;
  };
  const until: Person['until'] = async (taskId, ...states) => {
    for (;;) {
      const task = await read(taskId);
      if (states.includes(task.status)) return task;
      if (isEnd(task.status)) throw new Error(`the task is over: ${JSON.stringify(task)}`);
      await sleep(5);
    }
  };
  return {
    send,
    call,
    async start(tool, args) {
      const reply = await call(tool, args);
      if (reply.result?.['resultType'] !== 'task') throw new Error(`no task: ${JSON.stringify(reply)}`);
      return reply.result['taskId'] as string;
    },
    get,
    update: (taskId, inputResponses) => send('tasks/update', { taskId, inputResponses }),
    cancel: (taskId) => send('tasks/cancel', { taskId }),
    read,
    until,
    settle: (taskId) => until(taskId, ...ends),
  };
}

/** A promise, and what resolves it. */
export function latch<T = void>(): { opened: Promise<T>; open: (value: T) => void } {
  let open!: (value: T) => void;
  const opened = new Promise<T>((resolve) => (open = resolve));
  return { opened, open };
}

/** What a client is told of a task that is not there, or not theirs. */
export function isUnknown({ status, error }: Reply): boolean {
  return error?.code === -32_602 && status !== 404;
}

function isEnd(status: Task['status']): boolean {
  return (ends as readonly string[]).includes(status);
}

function toHeader(value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  if (text === '' || /^[!-~](?:[ -~]*[!-~])?$/.test(text)) return text;
  return `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

async function readMessage(response: Response): Promise<Omit<Reply, 'status'>> {
  const text = await response.text();
  if (!response.headers.get('content-type')?.startsWith('text/event-stream'))
    return JSON.parse(text) as Reply;
  const last = text
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .at(-1);
  return JSON.parse(last!.slice('data: '.length)) as Reply;
}

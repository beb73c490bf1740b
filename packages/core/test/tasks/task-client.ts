import { Client, type RequestOptions, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { z } from 'zod';

const extension = 'io.modelcontextprotocol/tasks';
const anything = z.looseObject({});

export type Task = Record<string, unknown> & { taskId: string; status: string };

/** The official client, with the requests of the extension for tasks. */
export interface TaskClient extends AsyncDisposable {
  call(
    name: string,
    args?: Record<string, unknown>,
    more?: Record<string, unknown>,
    options?: RequestOptions,
  ): Promise<Record<string, unknown>>;
  get(taskId: unknown): Promise<Task>;
  update(taskId: unknown, inputResponses: unknown): Promise<Record<string, unknown>>;
  cancel(taskId: unknown): Promise<Record<string, unknown>>;
  /** Asks for the task until it has this status. */
  until(taskId: string, ...statuses: string[]): Promise<Task>;
}

/** Connects to an endpoint, as somebody who is named in a header. */
export async function connectTasks(
  url: string,
  {
    user = 'ada',
    extensions = { [extension]: {} },
  }: { user?: string; extensions?: Record<string, Record<string, never>> } = {},
): Promise<TaskClient> {
  const client = new Client(
    { name: 'test', version: '1.0.0' },
    {
      capabilities: { elicitation: { form: {} }, extensions },
      versionNegotiation: { mode: { pin: '2026-07-28' } },
    },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { 'x-user': user } },
  });
  await client.connect(transport);
  showTasks(transport);
  const request = (method: string, params: Record<string, unknown>, options?: RequestOptions) =>
    client.request({ method, params }, anything, options) as Promise<Record<string, unknown>>;
  const get = (taskId: unknown) => request('tasks/get', { taskId }) as Promise<Task>;
  return {
    async call(name, args = {}, more = {}, options) {
      const result = await request('tools/call', { name, arguments: args, ...more }, options);
      return (result['created'] ?? result) as Record<string, unknown>;
    },
    get,
    update: (taskId, inputResponses) => request('tasks/update', { taskId, inputResponses }),
    cancel: (taskId) => request('tasks/cancel', { taskId }),
    async until(taskId, ...statuses) {
      for (;;) {
        const task = await get(taskId);
        if (statuses.includes(task.status)) return task;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

/** The official client takes no result of the type `task`: it is given one of a type that it takes, with the task inside. */
function showTasks(transport: StreamableHTTPClientTransport): void {
  const { onmessage } = transport;
  // eslint-disable-next-line unicorn/prefer-add-event-listener -- a transport has no other way
  transport.onmessage = (message, ...more) => {
    const { result } = message as { result?: Record<string, unknown> };
    const isTask = result?.['resultType'] === 'task';
    const shown = isTask
      ? { ...message, result: { resultType: 'complete', content: [], created: result } }
      : message;
    onmessage?.call(transport, shown, ...more);
  };
}

import { setImmediate } from 'node:timers/promises';
import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { type CallFailure, getMcpCall, type McpMeta, type TaskJob } from '../../src/index.ts';
import { ends, latch, person, type Reply, type Task } from './person.ts';
import { openStore, type SpyingStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const task = t.procedure.meta({ mcp: { task: true } });
const secret = 'a secret of thirty-two bytes or more';
const auth = {
  authenticate: ({ headers }: Request) => {
    const token = headers.get('authorization');
    return token === null ? undefined : { token, clientId: 'client', scopes: [], subject: token };
  },
};
const onError = () => {};

const askName = () =>
  getMcpCall()!.ask({ message: 'Name?', schema: z.object({ name: z.string() }), key: 'name' });
const answer = { name: { action: 'accept', content: { name: 'Ann' } } };

describe('when the store fails', () => {
  test.each(['in the process', 'in a queue'])(
    'once, at whatever operation, a task %s comes to an end, and has its question and its result',
    async (where) => {
      await Promise.all(Array.from({ length: 45 }, (_, at) => live(at, where === 'in a queue')));
    },
  );

  test('while the end is written, the rest is written later, so that the result is kept for its time', async () => {
    const store = openStore();
    const go = latch();
    const kept = latch();
    const handler = mcpHandler(t.router({ report: task.mutation(() => go.opened) }), {
      auth,
      store,
      secret,
      onError,
    });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    const set = store.set.bind(store);
    let count = 0;
    store.set = async (key, ...rest) => {
      if (!key.endsWith(':facts')) return set(key, ...rest);
      if (count++ === 0) throw new Error('away');
      await set(key, ...rest);
      kept.open();
    };
    go.open();
    expect((await ann.settle(id)).status).toBe('completed');
    await kept.opened;
  });

  test('after the job was handed over, the client gets the task all the same', async () => {
    const store = openStore();
    const run = () => void (store.failure = new Error('away'));
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 60_000 } } }).mutation(() => 'done'),
    });
    const tasks = { run, createContext: () => ({}) };
    const handler = mcpHandler(router, { auth, store, secret, onError, tasks });
    onTestFinished(() => handler.close());
    expect(await person(handler, 'ann').start('report')).toBeTypeOf('string');
  });

  /** Runs a task that asks, with a store whose operation of this number fails. */
  async function live(at: number, isQueued: boolean): Promise<void> {
    const store = openStore();
    failAt(store, at);
    const jobs: TaskJob[] = [];
    const run = async (job: TaskJob): Promise<void> => {
      jobs.push(job);
      // As a queue does it, which has taken the job by then.
      void work(job);
    };
    const work = async (job: TaskJob): Promise<void> =>
      handler.runTask(job).catch(async () => {
        await setImmediate();
        await work(job);
      });
    const router = t.router({ report: task.mutation(askName) });
    const handler = mcpHandler(router, {
      auth,
      store,
      secret,
      onError,
      ...(isQueued && { tasks: { run, createContext: () => ({}) } }),
    });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const reply = await ann.call('report');
    if (reply.result?.['resultType'] !== 'task') {
      expect(jobs).toEqual([]);
      return;
    }
    const id = reply.result['taskId'] as string;
    const waiting = await again(
      () => ann.get(id),
      ({ status }) => status !== 'working',
    );
    expect(waiting.status).toBe('input_required');
    await again(
      () => ann.update(id, answer),
      () => true,
    );
    const ended = await again(
      () => ann.get(id),
      ({ status }) => (ends as readonly string[]).includes(status),
    );
    expect(ended.status).toBe('completed');
  }

  /** Repeats a request until it succeeds, as clients do. */
  async function again(send: () => Promise<Reply>, isGood: (task: Task) => boolean): Promise<Task> {
    for (;;) {
      const { result } = await send();
      if (result && isGood(result as unknown as Task)) return result as unknown as Task;
      await setImmediate();
    }
  }

  function failAt(store: SpyingStore, at: number): void {
    let count = 0;
    const push = store.operations.push.bind(store.operations);
    store.operations.push = (...names) => {
      if (count++ === at) throw new Error('away');
      return push(...names);
    };
  }
});

describe('the work of a task that has ended', () => {
  test.each([
    ['was cancelled', (ann: ReturnType<typeof person>, id: string) => ann.cancel(id)],
    ['was stopped', (_ann: unknown, _id: string, close: () => Promise<void>) => close()],
  ])('is let go when it asks after it %s', async (_name, end) => {
    const store = openStore();
    const go = latch();
    const router = t.router({
      report: task.mutation(async () => {
        await go.opened;
        return askName();
      }),
    });
    const handler = mcpHandler(router, { auth, store, secret, onError });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    await end(ann, id, async () => handler.close());
    const rested = latch();
    const remove = store.delete.bind(store);
    store.delete = async (key) => {
      await remove(key);
      if (key.endsWith(':lease')) rested.open();
    };
    go.open();
    await rested.opened;
  });
});

describe('a job that a worker cannot run', () => {
  const router = t.router({ report: task.mutation(() => 'done') });

  function open(more: object = {}) {
    const jobs: TaskJob[] = [];
    const failures: CallFailure[] = [];
    const store = openStore();
    const tasks = { run: (job: TaskJob): unknown => jobs.push(job), createContext: () => ({}) };
    const options = {
      auth,
      store,
      secret,
      tasks,
      onError: (each: CallFailure) => failures.push(each),
      ...more,
    };
    const handler = mcpHandler(router, options);
    onTestFinished(() => handler.close());
    return { ann: person(handler, 'ann'), jobs, failures, handler, options };
  }

  test('is refused by a worker that was closed, so that the queue gives it to another one', async () => {
    const { ann, jobs, handler, options } = open();
    const id = await ann.start('report');
    const closed = mcpHandler(router, options);
    await closed.close();
    await expect(closed.runTask(jobs[0]!)).rejects.toThrow('another worker');
    await handler.runTask(jobs[0]!);
    expect((await ann.read(id)).status).toBe('completed');
  });

  test('is refused by a worker with another secret, and by one without a store', async () => {
    const { ann, jobs, options } = open();
    await ann.start('report');
    const other = mcpHandler(router, { ...options, secret: 'another secret of thirty-two bytes' });
    await expect(other.runTask(jobs[0]!)).rejects.toThrow('`secret`');
    const alone = mcpHandler(router, { auth });
    await expect(alone.runTask(jobs[0]!)).rejects.toThrow('`store`');
  });

  test('is no job of a task when the queue does not answer in time', async () => {
    const never = { run: () => new Promise(() => {}), createContext: () => ({}) };
    const { ann, failures } = open({ tasks: never, hookTimeoutMs: 1 });
    expect((await ann.call('report')).result).toMatchObject({ isError: true });
    expect(failures.map(({ error }) => String(error))).toEqual([expect.stringContaining('tasks.run')]);
  });
});

describe('`extra` that is no JSON', () => {
  const loop: Record<string, unknown> = {};
  loop['loop'] = loop;

  test.each([{ count: 1n }, loop])('does not matter where tasks run in the process', async (extra) => {
    const handler = mcpHandler(t.router({ report: task.mutation(() => 'done') }), {
      auth: { authenticate: (request: Request) => ({ ...auth.authenticate(request)!, extra }) },
    });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    expect((await ann.settle(await ann.start('report'))).status).toBe('completed');
  });
});

test('a client without the extension that listens to tasks is told what it lacks', async () => {
  const handler = mcpHandler(t.router({ report: task.mutation(() => 'done') }), { auth });
  onTestFinished(() => handler.close());
  const params = { notifications: { taskIds: ['a'] } };
  const reply = await person(handler, 'ann', { capabilities: {} }).send('subscriptions/listen', params);
  expect(reply).toMatchObject({
    status: 400,
    error: {
      code: -32_021,
      data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
    },
  });
});

test('a very long `after` is waited for', async () => {
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: { after: 2 ** 33 } } }).mutation(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 'done';
    }),
  });
  const handler = mcpHandler(router, { auth });
  onTestFinished(() => handler.close());
  expect((await person(handler, 'ann').call('report')).result).toMatchObject({ structuredContent: 'done' });
});

test('a task is told to its client when `waitUntil` of the host throws, and the app hears of it', async () => {
  const failures: CallFailure[] = [];
  const waitUntil = () => {
    throw new TypeError('Illegal invocation');
  };
  const handler = mcpHandler(t.router({ report: task.mutation(() => 'done') }), {
    auth,
    tasks: { waitUntil },
    onError: (failure) => failures.push(failure),
  });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  expect((await ann.settle(await ann.start('report'))).status).toBe('completed');
  expect(failures.map(({ error }) => error.message)).toEqual(['Illegal invocation']);
});

describe('a tool that `expose` shows for a while', () => {
  function open(isShown: boolean) {
    const shown = { is: isShown };
    const go = latch();
    const router = t.router({
      report: task.mutation(async () => {
        await go.opened;
        return 'done';
      }),
      other: t.procedure.meta({ mcp: true }).query(() => 'other'),
    });
    const expose = (path: string) => path === 'other' || shown.is;
    const handler = mcpHandler(router, { auth, expose });
    onTestFinished(() => handler.close());
    return { ann: person(handler, 'ann'), shown, go };
  }

  test('runs as a task, although it was not exposed when the server began', async () => {
    const { ann, shown, go } = open(false);
    shown.is = true;
    go.open();
    expect((await ann.settle(await ann.start('report'))).result?.structuredContent).toBe('done');
  });

  test('has its tasks read and ended when it is not exposed any more', async () => {
    const { ann, shown, go } = open(true);
    const [id, other] = [await ann.start('report'), await ann.start('report')];
    shown.is = false;
    expect((await ann.read(id)).status).toBe('working');
    await ann.cancel(other);
    expect((await ann.read(other)).status).toBe('cancelled');
    go.open();
    expect((await ann.settle(id)).result?.structuredContent).toBe('done');
  });
});

test('a client that leaves within `after` has no task, also where a queue has the job', async () => {
  const leaving = new AbortController();
  const jobs: TaskJob[] = [];
  const taken = latch();
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: { after: 60_000 } } }).mutation(() => 'done'),
    mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
  });
  const run = (job: TaskJob) => {
    jobs.push(job);
    taken.open();
  };
  const tasks = { run, createContext: () => ({}) };
  const handler = mcpHandler(router, { auth, store: openStore(), secret, tasks });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const { signal } = leaving;
  // Cast: only the request is changed, and the rest of a handler is not used.
  const leavable = ((request) => handler(new Request(request, { signal }))) as typeof handler;
  const gone = person(leavable, 'ann').call('report');
  await taken.opened;
  leaving.abort();
  await gone;
  const mine = (await ann.call('mine')).result?.['structuredContent'];
  expect(mine).toMatchObject([{ id: jobs[0]!.id, status: 'cancelled' }]);
});

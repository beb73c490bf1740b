import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { type CallFailure, getMcpCall, type McpMeta, type TaskJob } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const auth = {
  authenticate: ({ headers }: Request) => {
    const token = headers.get('authorization');
    return token === null ? undefined : { token, clientId: 'client', scopes: [], subject: token };
  },
};

/** A server that queues, and a worker in another process that shares its store. */
function open(onRun?: (job: TaskJob) => Promise<void> | void) {
  const store = openStore();
  const jobs: TaskJob[] = [];
  const ran: string[] = [];
  const failures: CallFailure[] = [];
  const go = latch();
  const router = t.router({
    report: t.procedure
      .meta({ mcp: { task: true } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => {
        ran.push(input.id);
        return `report ${input.id}`;
      }),
    slow: t.procedure.meta({ mcp: { task: true } }).mutation(async ({ signal }) => {
      ran.push('slow');
      await Promise.race([
        go.opened,
        new Promise((_resolve, reject) =>
          signal!.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
      ]);
      return 'slow';
    }),
    order: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
      const answer = await getMcpCall()!.ask({
        message: 'Which size?',
        schema: z.object({ size: z.string() }),
      });
      ran.push('order');
      return answer;
    }),
  });
  const options = {
    auth,
    secret,
    store,
    tasks: {
      run: onRun ?? ((job: TaskJob) => void jobs.push(job)),
      createContext: () => ({}),
    },
    onError: (failure: CallFailure) => failures.push(failure),
  };
  const [server, worker] = [mcpHandler(router, options), mcpHandler(router, options)];
  onTestFinished(async () => {
    await server.close();
    await worker.close();
  });
  return { store, jobs, ran, failures, go, server, worker, ann: person(server, 'ann') };
}

describe('a task in a queue', () => {
  test('is run by the worker, and its job is plain data without anything of the caller', async () => {
    const { ann, jobs, worker, ran } = open();
    const id = await ann.start('report', { id: 'of secret arguments' });
    expect(ran).toEqual([]);
    expect(jobs).toEqual([{ id, round: expect.any(Number), tool: { name: 'report', path: 'report' } }]);
    await worker.runTask(JSON.parse(JSON.stringify(jobs[0])) as TaskJob);
    expect((await ann.settle(id)).result?.structuredContent).toBe('report of secret arguments');
  });

  test('that is delivered twice runs once, also at the same time and after its end', async () => {
    const { ann, jobs, worker, server, ran } = open();
    const id = await ann.start('report', { id: '1' });
    await Promise.all([worker.runTask(jobs[0]!), server.runTask(jobs[0]!), worker.runTask(jobs[0]!)]);
    await worker.runTask(jobs[0]!);
    await server.runTask(jobs[0]!);
    expect(ran).toEqual(['1']);
    expect((await ann.settle(id)).result?.structuredContent).toBe('report 1');
  });

  test('that is delivered again while it runs is left to the one that runs it', async () => {
    const { ann, jobs, worker, server, go, ran } = open();
    const id = await ann.start('slow');
    const first = worker.runTask(jobs[0]!);
    await expect.poll(() => ran).toEqual(['slow']);
    const second = server.runTask(jobs[0]!);
    go.open();
    await Promise.all([first, second]);
    expect(ran).toEqual(['slow']);
    expect((await ann.settle(id)).result?.structuredContent).toBe('slow');
  });

  test('that is cancelled before it starts never runs', async () => {
    const { ann, jobs, worker, ran } = open();
    const id = await ann.start('report', { id: '1' });
    await ann.cancel(id);
    expect((await ann.settle(id)).status).toBe('cancelled');
    await worker.runTask(jobs[0]!);
    expect(ran).toEqual([]);
    expect((await ann.read(id)).status).toBe('cancelled');
  });

  test('that is cancelled while it runs is stopped in the worker', async () => {
    const { ann, jobs, worker, ran } = open();
    const id = await ann.start('slow');
    const run = worker.runTask(jobs[0]!);
    await expect.poll(() => ran).toEqual(['slow']);
    await ann.cancel(id);
    await run;
    expect((await ann.settle(id)).status).toBe('cancelled');
  });

  test('that asks goes on when it is answered, in a round of its own', async () => {
    const { ann, jobs, worker, ran } = open();
    const id = await ann.start('order');
    const first = worker.runTask(jobs[0]!);
    const { inputRequests } = await ann.until(id, 'input_required');
    const [key] = Object.keys(inputRequests!);
    await ann.update(id, { [key!]: { action: 'accept', content: { size: 'small' } } });
    await first;
    // A second round may come as a second job, with another number, or go on in the first.
    for (const job of jobs.slice(1)) await worker.runTask(job);
    const { result } = await ann.settle(id);
    expect(result?.structuredContent).toEqual({ action: 'accept', content: { size: 'small' } });
    expect(ran).toEqual(['order']);
    expect(new Set(jobs.map(({ id: of, round }) => `${of} ${round}`)).size).toBe(jobs.length);
    for (const job of jobs) await worker.runTask(job);
    expect(ran).toEqual(['order']);
  });

  test('an old round that is delivered again runs nothing', async () => {
    const { ann, jobs, worker, ran } = open();
    const id = await ann.start('order');
    const first = worker.runTask(jobs[0]!);
    const { inputRequests } = await ann.until(id, 'input_required');
    await ann.update(id, { [Object.keys(inputRequests!)[0]!]: { action: 'decline' } });
    await first;
    await worker.runTask(jobs[0]!);
    for (const job of jobs.slice(1)) await worker.runTask(job);
    await worker.runTask(jobs[0]!);
    expect((await ann.settle(id)).result?.structuredContent).toEqual({ action: 'decline' });
    expect(ran).toEqual(['order']);
  });
});

test('the next round of a task hears of its end where the one before is let go after it has begun', async () => {
  const store = openStore();
  const jobs: TaskJob[] = [];
  const [began, aborted, release] = [latch(), latch(), latch()];
  const router = t.router({
    order: t.procedure.meta({ mcp: { task: true } }).mutation(async ({ signal }) => {
      await getMcpCall()!.ask({ message: 'Which size?', schema: z.object({ size: z.string() }) });
      signal!.addEventListener('abort', () => aborted.open());
      began.open();
      await aborted.opened;
    }),
  });
  const set = store.set.bind(store);
  let count = 0;
  store.set = async (key, ...rest) => {
    await set(key, ...rest);
    // The question is there, and the worker that has asked it does not know yet.
    if (key.endsWith(':stage') && count++ === 0) await release.opened;
  };
  const tasks = { run: (job: TaskJob) => void jobs.push(job), createContext: () => ({}) };
  const handler = mcpHandler(router, { auth, secret, store, tasks });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const id = await ann.start('order');
  const first = handler.runTask(jobs[0]!);
  const { inputRequests } = await ann.until(id, 'input_required');
  await ann.update(id, { [Object.keys(inputRequests!)[0]!]: { action: 'decline' } });
  const second = handler.runTask(jobs[1]!);
  await began.opened;
  release.open();
  await first;
  expect([...store.kept.keys()]).toContain(`task:{${id}}:lease`);
  await ann.cancel(id);
  await aborted.opened;
  await second;
});

describe('a job', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'x'],
    ['an empty object', {}],
    ['an id of a wrong type', { id: 1, round: 0, tool: { name: 'report', path: 'report' } }],
    ['a round of a wrong type', { id: 'x', round: 'x', tool: { name: 'report', path: 'report' } }],
  ])('that is %s runs nothing', async (_name, job) => {
    const { worker, ran } = open();
    // It may reject, with an error that says what is wrong, because no queue of this app has it.
    await worker.runTask(job as never).catch((error: unknown) => expect(error).toBeInstanceOf(Error));
    expect(ran).toEqual([]);
  });

  test('of a task that is not there any more runs nothing, and does not reject', async () => {
    const { worker, ran } = open();
    await worker.runTask({ id: crypto.randomUUID(), round: 0, tool: { name: 'report', path: 'report' } });
    expect(ran).toEqual([]);
  });

  test('that names another tool than its task runs the tool of the task, or nothing', async () => {
    const { ann, jobs, worker, ran } = open();
    const id = await ann.start('report', { id: '1' });
    await worker.runTask({ ...jobs[0]!, tool: { name: 'slow', path: 'slow' } });
    expect(ran).not.toContain('slow');
    await worker.runTask(jobs[0]!);
    expect(ran).toEqual(['1']);
    expect((await ann.settle(id)).status).toBe('completed');
  });
});

describe('a queue that fails', () => {
  test.each([
    ['rejects', () => Promise.reject(new Error('connect ECONNREFUSED of the queue'))],
    [
      'throws',
      () => {
        throw new Error('connect ECONNREFUSED of the queue');
      },
    ],
  ])('because `run` %s is told in the answer, and leaves nothing behind', async (_name, run) => {
    const { ann, failures, store, ran } = open(run);
    const { result, error } = await ann.call('report', { id: '1' });
    expect(result?.['resultType']).not.toBe('task');
    const told = JSON.stringify(result ?? error);
    expect(told).not.toContain('ECONNREFUSED');
    expect(told).toMatch(/SERVICE_UNAVAILABLE|INTERNAL_SERVER_ERROR/);
    expect(failures.length).toBe(1);
    const { error: reported } = failures[0]!;
    expect((reported.cause as Error | undefined)?.message ?? reported.message).toContain('ECONNREFUSED');
    expect(ran).toEqual([]);
    expect([...store.kept.keys()].filter((key) => key.startsWith('task:'))).toEqual([]);
  });

  test('in the second round is told to whoever has answered, and the answer can be sent again', async () => {
    const jobs: TaskJob[] = [];
    let isDown = false;
    const { ann, worker, ran } = open((job) => {
      if (isDown) throw new Error('connect ECONNREFUSED of the queue');
      jobs.push(job);
    });
    const id = await ann.start('order');
    await worker.runTask(jobs[0]!);
    const { inputRequests } = await ann.until(id, 'input_required');
    const answers = { [Object.keys(inputRequests!)[0]!]: { action: 'decline' } };
    isDown = true;
    const refused = await ann.update(id, answers);
    expect(refused.error).toBeDefined();
    expect(JSON.stringify(refused)).not.toContain('ECONNREFUSED');
    isDown = false;
    expect((await ann.update(id, answers)).error).toBe(undefined);
    for (const job of jobs.slice(1)) await worker.runTask(job);
    expect((await ann.settle(id)).result?.structuredContent).toEqual({ action: 'decline' });
    expect(ran).toEqual(['order']);
  });

  test('because the store is down lets no task begin', async () => {
    const { ann, store, jobs } = open();
    store.failure = new Error('the store is down');
    const { result, error } = await ann.call('report', { id: '1' });
    expect(result?.['resultType']).not.toBe('task');
    expect(JSON.stringify(result ?? error)).toContain('SERVICE_UNAVAILABLE');
    expect(jobs).toEqual([]);
  });

  test('because the store is down when the worker starts makes `runTask` reject, and a retry runs the task', async () => {
    const { ann, store, jobs, worker, ran } = open();
    const id = await ann.start('report', { id: '1' });
    store.failure = new Error('the store is down');
    await expect(worker.runTask(jobs[0]!)).rejects.toThrow();
    expect(ran).toEqual([]);
    store.failure = undefined;
    await worker.runTask(jobs[0]!);
    expect(ran).toEqual(['1']);
    expect((await ann.settle(id)).status).toBe('completed');
  });

  test('polls while the store is down are told to try again, and not that there is no task', async () => {
    const { ann, store, jobs, worker } = open();
    const id = await ann.start('report', { id: '1' });
    store.failure = new Error('connect ECONNREFUSED of the store');
    for (const reply of [await ann.get(id), await ann.update(id, {}), await ann.cancel(id)]) {
      expect(reply.error).toBeDefined();
      expect(reply.error!.code).not.toBe(-32_602);
      expect(JSON.stringify(reply)).not.toContain('ECONNREFUSED');
    }
    store.failure = undefined;
    await worker.runTask(jobs[0]!);
    expect((await ann.settle(id)).status).toBe('completed');
  });
});

test('a worker whose router has lost the tool tells the task as failed', async () => {
  const { ann, store, jobs } = open();
  const id = await ann.start('report', { id: '1' });
  const router = t.router({ other: t.procedure.meta({ mcp: { task: true } }).mutation(() => 1) });
  const newer = mcpHandler(router, {
    auth,
    secret,
    store,
    tasks: { run: () => {}, createContext: () => ({}) },
    onError: () => {},
  });
  onTestFinished(() => newer.close());
  await newer.runTask(jobs[0]!);
  const { status, error } = await ann.settle(id);
  expect(status).toBe('failed');
  expect(error).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
});

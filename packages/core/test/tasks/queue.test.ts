import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { createMemoryStore } from '../../src/call/memory-store.ts';
import { getMcpCall, type McpMeta, type SealedCaller, type Store, type TaskJob } from '../../src/index.ts';
import { serve } from '../server.ts';
import { connectTasks } from './task-client.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();
const secret = 'a secret of at least thirty-two bytes';

const closings: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

const allowed = { users: new Set(['ada']) };
const router = t.router({
  export: t.procedure
    .use(({ ctx, next }) => {
      if (!allowed.users.has(ctx.user ?? ''))
        throw new TRPCError({ code: 'FORBIDDEN', message: 'not yours' });
      return next();
    })
    .meta({ mcp: { task: true, scopes: ['export'] } })
    .input(z.object({ since: z.date() }))
    .mutation(({ input, ctx }) => `${ctx.user} since ${input.since.getUTCFullYear()}`),
  ask: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
    return getMcpCall()!.ask({ message: 'Name?', schema: z.object({ name: z.string() }), key: 'name' });
  }),
});

/** A server and a worker that share a store. The jobs wait until the test runs them. */
async function start(shared: Store = createMemoryStore()) {
  const jobs: TaskJob[] = [];
  const sealed: SealedCaller[] = [];
  const options = {
    store: shared,
    secret,
    auth: {
      authenticate: (request: Request) => ({
        token: 'a token that nobody may keep',
        clientId: 'client',
        scopes: ['export'],
        subject: request.headers.get('x-user')!,
        extra: { plan: 'pro', bearer: 'Bearer a token that nobody may keep' },
      }),
    },
    createContext: ({ req }: { req: { header(name: string): string | undefined } }) => ({
      user: req.header('x-user'),
    }),
    tasks: {
      run: (job: TaskJob) => void jobs.push(JSON.parse(JSON.stringify(job)) as TaskJob),
      createContext(caller: SealedCaller) {
        sealed.push(caller);
        return { user: caller.subject };
      },
    },
  };
  const handler = mcpHandler(router, options);
  const worker = mcpHandler(router, options);
  const server = await serve(handler);
  const client = await connectTasks(server.mcp);
  closings.push(
    () => server[Symbol.asyncDispose](),
    () => handler.close(),
    () => worker.close(),
    () => client[Symbol.asyncDispose](),
  );
  return { client, jobs, sealed, worker };
}

test('a worker runs the task with the context of the caller who was kept', async () => {
  const { client, jobs, sealed, worker } = await start();
  const { taskId } = await client.call('export', { since: '2026-01-01T00:00:00.000Z' });
  expect(await client.get(taskId)).toMatchObject({ status: 'working' });
  expect(jobs).toEqual([{ id: taskId, round: 0, tool: { name: 'export', path: 'export' } }]);
  await worker.runTask(jobs[0]!);
  expect(await client.get(taskId)).toMatchObject({
    status: 'completed',
    result: { content: [{ text: 'ada since 2026' }] },
  });
  expect(sealed).toEqual([
    { subject: 'ada', clientId: 'client', scopes: ['export'], extra: { plan: 'pro' } },
  ]);
});

test('a job that comes twice runs once', async () => {
  const { client, jobs, sealed, worker } = await start();
  await client.call('export', { since: '2026-01-01T00:00:00.000Z' });
  await Promise.all([worker.runTask(jobs[0]!), worker.runTask(jobs[0]!)]);
  await worker.runTask(jobs[0]!);
  expect(sealed).toHaveLength(1);
});

test('middleware decides again when the task starts', async () => {
  const { client, jobs, worker } = await start();
  const { taskId } = await client.call('export', { since: '2026-01-01T00:00:00.000Z' });
  allowed.users.delete('ada');
  await worker.runTask(jobs[0]!);
  allowed.users.add('ada');
  expect(await client.get(taskId)).toMatchObject({
    status: 'completed',
    result: { isError: true, content: [{ text: expect.stringContaining('not yours') as string }] },
  });
});

test('a cancelled job does not run', async () => {
  const { client, jobs, sealed, worker } = await start();
  const { taskId } = await client.call('export', { since: '2026-01-01T00:00:00.000Z' });
  await client.cancel(taskId);
  await worker.runTask(jobs[0]!);
  expect(sealed).toEqual([]);
  expect(await client.get(taskId)).toMatchObject({ status: 'cancelled' });
});

test('an answer hands the task to the queue once more', async () => {
  const { client, jobs, worker } = await start();
  const { taskId } = await client.call('ask');
  await worker.runTask(jobs[0]!);
  expect(await client.get(taskId)).toMatchObject({ status: 'input_required' });
  await client.update(taskId, { name: { action: 'accept', content: { name: 'Ada' } } });
  expect(jobs[1]).toMatchObject({ id: taskId, round: 1 });
  expect(await client.get(taskId)).toMatchObject({ status: 'working' });
  await worker.runTask(jobs[1]!);
  expect(await client.get(taskId)).toMatchObject({
    status: 'completed',
    result: { structuredContent: { action: 'accept', content: { name: 'Ada' } } },
  });
});

test('a question that nobody answers ends the task when its time is over', async () => {
  const { client, jobs, worker } = await start();
  const { taskId } = await client.call('ask');
  await worker.runTask(jobs[0]!);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_001 });
  closings.push(async () => void vi.useRealTimers());
  expect(await client.get(taskId)).toMatchObject({
    status: 'completed',
    result: { isError: true, content: [{ text: expect.stringContaining('TIMEOUT') as string }] },
  });
  await client.update(taskId, { name: { action: 'accept', content: { name: 'Ada' } } });
  expect(jobs).toHaveLength(1);
});

test('what is not a job is refused', async () => {
  const { worker } = await start();
  await expect(worker.runTask({ data: {} } as never)).rejects.toThrow('{ id, round, tool }');
});

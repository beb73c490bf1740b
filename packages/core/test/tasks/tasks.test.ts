import { initTRPC } from '@trpc/server';
import { afterEach, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/express.ts';
import { getMcpCall, type HandlerOptions, type McpMeta } from '../../src/index.ts';
import { serve } from '../server.ts';
import { connectTasks, type TaskClient } from './task-client.ts';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();

const closings: (() => PromiseLike<void>)[] = [];
afterEach(async () => {
  for (const close of closings.splice(0).toReversed()) await close();
});

/** A procedure that ends when it is told to. */
function createGate() {
  let open!: (value: string) => void;
  const opened = new Promise<string>((resolve) => (open = resolve));
  return { open, opened };
}

function createApp() {
  const gate = createGate();
  const aborted: string[] = [];
  const router = t.router({
    report: t.procedure
      .meta({ mcp: { task: true } })
      .input(z.object({ year: z.number() }))
      .mutation(async ({ input, ctx, signal }) => {
        getMcpCall()!.progress({ progress: 1, total: 2 });
        signal!.addEventListener('abort', () => aborted.push('report'));
        const end = new Promise<never>((_, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason as Error));
        });
        const text = await Promise.race([gate.opened, end]);
        return { year: input.year, user: ctx.user, text };
      }),
    quick: t.procedure.meta({ mcp: { task: { after: 60_000 } } }).query(() => 'quick'),
    broken: t.procedure.meta({ mcp: { task: true } }).query(() => {
      throw new Error('secret words');
    }),
    ask: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
      const schema = z.object({ name: z.string() });
      const [first, second] = await Promise.all([
        getMcpCall()!.ask({ message: 'First?', schema, key: 'first' }),
        getMcpCall()!.ask({ message: 'Second?', schema, key: 'second' }),
      ]);
      return { first, second };
    }),
    drop: t.procedure.meta({ mcp: { task: true, confirm: 'Drop it?' } }).mutation(() => 'dropped'),
    must: t.procedure.meta({ mcp: { task: { required: true } } }).query(() => 'done'),
    mine: t.procedure.meta({ mcp: true }).query(async () => {
      return (await getMcpCall()!.tasks()).map(({ tool, status }) => ({ tool: tool.name, status }));
    }),
  });
  return { router, gate, aborted };
}

async function start(options: Partial<HandlerOptions> = {}) {
  const app = createApp();
  const handler = mcpHandler(app.router, {
    createContext: ({ req }) => ({ user: req.header('x-user') }),
    callerId: (request) => request.headers.get('x-user') || undefined,
    ...(options as object),
  });
  const server = await serve(handler);
  closings.push(
    () => server[Symbol.asyncDispose](),
    () => handler.close(),
  );
  return {
    ...app,
    handler,
    server,
    connect: (given?: Parameters<typeof connectTasks>[1]) => connectTo(server.mcp, given),
  };
}

async function connectTo(url: string, given?: Parameters<typeof connectTasks>[1]): Promise<TaskClient> {
  const client = await connectTasks(url, given);
  closings.push(() => client[Symbol.asyncDispose]());
  return client;
}

for (const fastLane of [true, false]) {
  test(`a call becomes a task at once, and its result is there when it has ended (lane: ${fastLane})`, async () => {
    const { connect, gate } = await start({ fastLane });
    const client = await connect();
    const created = await client.call('report', { year: 2026 });
    expect(created).toMatchObject({
      resultType: 'task',
      status: 'working',
      ttlMs: 3_600_000,
      pollIntervalMs: 1000,
    });
    const taskId = created['taskId'] as string;
    expect(await client.get(taskId)).toMatchObject({ status: 'working', taskId });
    gate.open('whole');
    const task = await client.until(taskId, 'completed');
    expect(task['result']).toMatchObject({ structuredContent: { year: 2026, user: 'ada', text: 'whole' } });
    expect(task['statusMessage']).toBe('1 of 2');
    expect(await client.call('mine')).toMatchObject({
      structuredContent: [{ tool: 'report', status: 'completed' }],
    });
  });
}

test('a call that ends within its time is no task', async () => {
  const client = await (await start()).connect();
  expect(await client.call('quick')).toMatchObject({ content: [{ type: 'text', text: 'quick' }] });
});

test('a client without the extension gets the call as before', async () => {
  const { connect, gate } = await start();
  const client = await connect({ extensions: {} });
  gate.open('whole');
  expect(await client.call('report', { year: 1 })).toMatchObject({
    structuredContent: { year: 1 },
  });
  await expect(client.get('1')).rejects.toMatchObject({ code: -32_021 });
});

test('a tool that needs a task refuses a client without the extension', async () => {
  const client = await (await start()).connect({ extensions: {} });
  await expect(client.call('must')).rejects.toMatchObject({
    code: -32_021,
    data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
  });
});

test('an error of the procedure is a result, and is masked', async () => {
  const client = await (await start({ onError: () => {} })).connect();
  const { taskId } = await client.call('broken');
  const task = await client.until(taskId as string, 'completed', 'failed');
  expect(task).toMatchObject({ status: 'completed', result: { isError: true } });
  expect(JSON.stringify(task)).not.toContain('secret words');
});

test('questions are answered one by one', async () => {
  const client = await (await start()).connect();
  const { taskId } = await client.call('ask');
  const waiting = await client.until(taskId as string, 'input_required');
  expect(Object.keys(waiting['inputRequests'] as object)).toEqual(['first', 'second']);
  await client.update(taskId, { first: { action: 'accept', content: { name: 'A' } } });
  const half = await client.get(taskId);
  expect(half.status).toBe('input_required');
  expect(Object.keys(half['inputRequests'] as object)).toEqual(['second']);
  await client.update(taskId, {
    second: { action: 'accept', content: { name: 'B' } },
    first: { action: 'decline' },
  });
  expect(await client.until(taskId as string, 'completed')).toMatchObject({
    result: { structuredContent: { first: { content: { name: 'A' } }, second: { content: { name: 'B' } } } },
  });
});

test('a consent is asked for by the task', async () => {
  const client = await (await start()).connect();
  const { taskId } = await client.call('drop');
  await client.until(taskId as string, 'input_required');
  await client.update(taskId, { confirm: { action: 'accept', content: {} } });
  expect(await client.until(taskId as string, 'completed')).toMatchObject({
    result: { content: [{ text: 'dropped' }] },
  });
});

test('a cancelled task stays cancelled, and its procedure is told', async () => {
  const { connect, aborted } = await start();
  const client = await connect();
  const { taskId } = await client.call('report', { year: 1 });
  await client.cancel(taskId);
  expect(await client.get(taskId)).toMatchObject({ status: 'cancelled' });
  await expect.poll(() => aborted).toEqual(['report']);
  await client.cancel(taskId);
  expect(await client.get(taskId)).toMatchObject({ status: 'cancelled' });
});

test('a task of somebody else is not there', async () => {
  const { connect } = await start();
  const ada = await connect();
  const bob = await connect({ user: 'bob' });
  const { taskId } = await ada.call('report', { year: 1 });
  const unknown = { code: -32_602, message: expect.stringContaining('Task not found') as string };
  await expect(bob.get(taskId)).rejects.toMatchObject(unknown);
  await expect(bob.cancel(taskId)).rejects.toMatchObject(unknown);
  await expect(bob.update(taskId, {})).rejects.toMatchObject(unknown);
  await expect(ada.get(crypto.randomUUID())).rejects.toMatchObject(unknown);
  expect(await ada.get(taskId)).toMatchObject({ status: 'working' });
});

test('a caller has a limit of running tasks', async () => {
  const { connect } = await start({ tasks: { perCaller: 2 } });
  const ada = await connect();
  const first = await ada.call('report', { year: 1 });
  await ada.call('report', { year: 2 });
  expect(await ada.call('report', { year: 3 })).toMatchObject({
    isError: true,
    _meta: { code: 'TOO_MANY_REQUESTS' },
  });
  expect(await (await connect({ user: 'bob' })).call('report', { year: 1 })).toMatchObject({
    resultType: 'task',
  });
  await ada.cancel(first['taskId']);
});

test('tasks end with the server', async () => {
  const { connect, handler } = await start();
  const client = await connect();
  await client.call('report', { year: 1 });
  await handler.close();
});

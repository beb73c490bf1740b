import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';
import { clientKinds } from './clients.ts';
import { converse, type Heard } from './conversation.ts';
import { dataOf, openRaw, resumeRaw, sendRaw, toolCall } from './events.ts';
import { serve } from './server.ts';
import { connectTasks } from './tasks/task-client.ts';

const t = initTRPC.meta<McpMeta>().create();

afterEach(() => void vi.useRealTimers());

/** Lets fake time pass, with turns of the real loop for what is on its way between client and server. */
async function pass(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 500) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await vi.advanceTimersByTimeAsync(500);
  }
}

const ways = clientKinds.flatMap((kind) =>
  (['stateless', 'sessions'] as const).map((legacy) => ({ kind, legacy })),
);

describe.each(ways)('for a client of kind $kind, with legacy $legacy', ({ kind, legacy }) => {
  /** Calls the tool `work`, with the time limit of an impatient client. */
  const listen = async (
    router: Parameters<typeof mcpHandler>[0],
    work: (heard: Heard[]) => Promise<void>,
  ) => {
    await using server = await serve(mcpHandler(router as never, { legacy, onError: () => {} } as never));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const limits = { timeout: 5000, resetTimeoutOnProgress: true };
    const onprogress = (progress: Heard) => void heard.push(progress);
    const answer = client.call('tools/call', { name: 'work' }, { ...limits, onprogress });
    const settled = answer.catch((error: unknown) => ({ error }));
    await work(heard);
    const result = await settled;
    const soFar = heard.length;
    await pass(10_000);
    expect(heard).toHaveLength(soFar);
    vi.useRealTimers();
    return { heard, result };
  };

  test('a call that is silent for longer than the client waits ends with its result', async () => {
    let end = () => {};
    const done = new Promise<void>((resolve) => (end = resolve));
    const router = t.router({
      work: t.procedure.meta({ mcp: true }).mutation(async () => {
        await done;
        return { total: 42 };
      }),
    });
    const { heard, result } = await listen(router, async () => {
      await pass(20_000);
      end();
    });
    expect(result).toMatchObject({ structuredContent: { total: 42 } });
    const values = heard.map(({ progress }) => progress);
    expect(values.length).toBeGreaterThan(3);
    expect(values).toEqual(values.map((_, index) => index * 1e-6));
  });

  test('the progress of the app comes through as it is, and is repeated', async () => {
    let tell = () => {};
    let end = () => {};
    const router = t.router({
      work: t.procedure.meta({ mcp: true }).mutation(async () => {
        const call = getMcpCall()!;
        tell = () => call.progress({ progress: 1, total: 2, message: 'half way' });
        await new Promise<void>((resolve) => (end = resolve));
      }),
    });
    const { heard } = await listen(router, async () => {
      await pass(8000);
      tell();
      await pass(8000);
      end();
    });
    const half = { total: 2, message: 'half way' };
    const at = heard.findIndex(({ message }) => message !== undefined);
    expect(heard[at]).toEqual({ progress: 1, ...half });
    expect(heard.slice(at + 1).length).toBeGreaterThan(0);
    expect(heard.slice(at + 1)).toEqual(
      heard.slice(at + 1).map((_, index) => ({ progress: 1 + (index + 1) * 1e-6, ...half })),
    );
  });
});

test.each(clientKinds)('a batch of calls inside of one call of %s has one heartbeat', async (kind) => {
  let end = () => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  const router = t.router({
    one: t.procedure.meta({ mcp: true }).query(async () => {
      await done;
      return 1;
    }),
    two: t.procedure.meta({ mcp: true }).query(() => 2),
  });
  await using server = await serve(mcpHandler(router, { discovery: 'search' }));
  await using client = await converse(kind, server.mcp);
  const heard: Heard[] = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const calls = [{ name: 'one' }, { name: 'two' }];
  const onprogress = (progress: Heard) => void heard.push(progress);
  const answer = client.call(
    'tools/call',
    { name: 'run_query', arguments: { calls } },
    { timeout: 5000, resetTimeoutOnProgress: true, onprogress },
  );
  await pass(8000);
  end();
  expect(await answer).toMatchObject({ structuredContent: { results: [{ name: 'one' }, { name: 'two' }] } });
  const values = heard.map(({ progress }) => progress);
  expect(values.slice(0, 2)).toEqual([0, 1e-6]);
  expect(values.at(-1)).toBe(2);
});

test('a session whose client comes back for the rest hears that the call still runs', async () => {
  let end = () => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  const router = t.router({
    work: t.procedure.meta({ mcp: true }).mutation(async () => {
      await done;
      return 'done';
    }),
  });
  await using server = await serve(mcpHandler(router, { legacy: 'sessions', onError: () => {} }));
  const session = await openRaw(server.mcp);
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const opening = sendRaw(server.mcp, toolCall('work', 2, { progressToken: 'p' }), session);
  await pass(4000);
  const stream = await opening;
  const { id } = (await stream.next())!;
  expect(dataOf(await stream.next())).toMatchObject({ params: { progress: 0 } });
  stream.hangUp();
  const resumed = await resumeRaw(server.mcp, session, id!.replace(/0$/, '1'));
  await pass(8000);
  end();
  vi.useRealTimers();
  const told = (await resumed.rest()).slice(1).map(dataOf);
  expect(told.pop()).toMatchObject({ id: 2, result: {} });
  expect(told.length).toBeGreaterThan(0);
  expect(told).toMatchObject(told.map((_, index) => ({ params: { progress: (index + 1) * 1e-6 } })));
});

test.each([
  { case: 'in its time to become one', after: 60_000 },
  { case: 'because its caller has too many', after: 10 },
])('a call that is no task $case tells its client that it runs', async ({ after }) => {
  let end = () => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const router = t.router({
    other: t.procedure.meta({ mcp: { task: true } }).mutation(() => done),
    work: t.procedure.meta({ mcp: { task: { after } } }).mutation(async () => {
      getMcpCall()!.progress({ progress: 1, total: 2, message: 'half way' });
      begin();
      await done;
      return 'done';
    }),
  });
  const auth = { authenticate: () => ({ token: 'x', clientId: 'agent', scopes: [], subject: 'ada' }) };
  await using server = await serve(mcpHandler(router, { auth, tasks: { perCaller: 1 } }));
  await using client = await connectTasks(server.mcp);
  if (after < 1000) await client.call('other');
  const heard: Heard[] = [];
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  const onprogress = (progress: Heard) => void heard.push(progress);
  const answer = client.call('work', {}, {}, { timeout: 5000, resetTimeoutOnProgress: true, onprogress });
  await begun;
  await pass(8000);
  end();
  expect(await answer).toMatchObject({ structuredContent: 'done' });
  const half = { total: 2, message: 'half way' };
  expect(heard.length).toBeGreaterThan(2);
  expect(heard).toEqual(heard.map((_, index) => ({ progress: 1 + index * 1e-6, ...half })));
});

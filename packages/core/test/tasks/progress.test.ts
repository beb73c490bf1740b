import { setImmediate } from 'node:timers/promises';
import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;

type Step = Parameters<NonNullable<ReturnType<typeof getMcpCall>>['progress']>[0];

/** A task that reports each step when it is told to. */
function open(steps: Step[]) {
  const store = openStore();
  const nexts = steps.map(() => latch());
  const done = latch<string>();
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
      for (const [index, step] of steps.entries()) {
        await nexts[index]!.opened;
        getMcpCall()!.progress(step);
      }
      return done.opened;
    }),
  });
  const handler = mcpHandler(router, { callerId, secret, store, onError: () => {} });
  onTestFinished(() => handler.close());
  return { ann: person(handler, 'ann'), nexts, done, store };
}

test('progress is the status message: its message, or how far it is', async () => {
  const { ann, nexts, done } = open([
    { progress: 1, total: 10, message: 'Reading the rows' },
    { progress: 3, total: 10 },
  ]);
  const id = await ann.start('report');
  expect((await ann.read(id)).status).toBe('working');
  nexts[0]!.open();
  await expect
    .poll(async () => (await ann.read(id)).statusMessage, { timeout: 10_000 })
    .toBe('Reading the rows');
  nexts[1]!.open();
  await expect.poll(async () => (await ann.read(id)).statusMessage, { timeout: 10_000 }).toBe('3 of 10');
  done.open('whole');
  expect((await ann.settle(id)).result?.structuredContent).toBe('whole');
});

test('ten thousand steps are no ten thousand writes to the store, and the last one is told', async () => {
  const steps = Array.from({ length: 10_000 }, (_, index) => ({
    progress: index + 1,
    message: `step ${index + 1}`,
  }));
  const { ann, nexts, done, store } = open(steps);
  const id = await ann.start('report');
  store.operations.length = 0;
  for (const { open: go } of nexts) go();
  await expect.poll(async () => (await ann.read(id)).statusMessage, { timeout: 10_000 }).toBe('step 10000');
  const writes = store.operations.filter((name) => name === 'set' || name === 'add').length;
  expect(writes).toBeLessThan(100);
  done.open('whole');
  await ann.settle(id);
});

test('a status message that is huge is cut', async () => {
  const { ann, nexts, done } = open([{ progress: 1, message: 'x'.repeat(1_000_000) }]);
  const id = await ann.start('report');
  nexts[0]!.open();
  await expect.poll(async () => (await ann.read(id)).statusMessage?.[0], { timeout: 10_000 }).toBe('x');
  expect((await ann.read(id)).statusMessage!.length).toBeLessThanOrEqual(10_000);
  done.open('whole');
  await ann.settle(id);
});

test('progress after the end changes nothing', async () => {
  let late: (() => void) | undefined;
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(() => {
      const call = getMcpCall()!;
      late = () => call.progress({ progress: 9, message: 'too late' });
      return 'whole';
    }),
  });
  const handler = mcpHandler(router, { callerId, secret, store: openStore() });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const id = await ann.start('report');
  const before = await ann.settle(id);
  late!();
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(await ann.read(id)).toEqual(before);
});

describe('a call that reports before it is a task', () => {
  test('leaves nothing in the store when it ends as a call', async () => {
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 60_000 } } }).mutation(() => {
        getMcpCall()!.progress({ progress: 1, message: 'early' });
        return 'whole';
      }),
    });
    const store = openStore();
    const handler = mcpHandler(router, { callerId, secret, store });
    onTestFinished(() => handler.close());
    const { result } = await person(handler, 'ann').call('report');
    expect(result).toMatchObject({ structuredContent: 'whole' });
    expect([...store.kept.keys()]).toEqual([]);
  });

  test('leaves nothing in the store when its server is closed', async () => {
    const reported = latch();
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 60_000 } } }).mutation(({ signal }) => {
        getMcpCall()!.progress({ progress: 1, message: 'early' });
        reported.open();
        return new Promise((_resolve, reject) =>
          signal!.addEventListener('abort', () => reject(signal!.reason as Error)),
        );
      }),
    });
    const store = openStore();
    const handler = mcpHandler(router, { callerId, secret, store, onError: () => {} });
    const called = person(handler, 'ann').call('report');
    await reported.opened;
    await handler.close();
    await called;
    expect([...store.kept.keys()]).toEqual([]);
  });

  test('has told it when it is one', async () => {
    const reported = latch();
    const done = latch<string>();
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 1 } } }).mutation(() => {
        getMcpCall()!.progress({ progress: 1, message: 'early' });
        reported.open();
        return done.opened;
      }),
    });
    const store = openStore();
    const add = store.add.bind(store);
    store.add = async (...entry) => {
      await reported.opened;
      return add(...entry);
    };
    const handler = mcpHandler(router, { callerId, secret, store });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    await expect.poll(async () => (await ann.read(id)).statusMessage, { timeout: 10_000 }).toBe('early');
    done.open('whole');
    expect((await ann.settle(id)).result?.structuredContent).toBe('whole');
  });
});

import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta, type TaskInfo } from '../../src/index.ts';
import { createMemoryStore } from '../../src/call/memory-store.ts';
import type { Store } from '../../src/call/store.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;

function open(perCaller?: number, store: Store = openStore()) {
  const done = latch<string>();
  let running = 0;
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(async ({ signal }) => {
      running++;
      const aborted = new Promise((_resolve, reject) =>
        signal!.addEventListener('abort', () => reject(new Error('aborted'))),
      );
      return Promise.race([done.opened, aborted]).finally(() => running--);
    }),
    mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
  });
  const options = {
    callerId,
    secret,
    store,
    onError: () => {},
    ...(perCaller !== undefined && { tasks: { perCaller } }),
  };
  const handlers = [mcpHandler(router, options), mcpHandler(router, options)] as const;
  onTestFinished(async () => {
    await Promise.all(handlers.map((handler) => handler.close()));
  });
  return { handlers, done, running: () => running };
}

describe('a caller with as many tasks as they may have', () => {
  test('is told to wait, while others are served', async () => {
    const { handlers, done, running } = open(3);
    const [ann, ben] = [person(handlers[0], 'ann'), person(handlers[0], 'ben')];
    const replies = await Promise.all(Array.from({ length: 20 }, () => ann.call('report')));
    const made = replies.filter(({ result }) => result?.['resultType'] === 'task');
    const refused = replies.filter(({ result }) => result?.['resultType'] !== 'task');
    expect(made).toHaveLength(3);
    for (const { result } of refused) {
      expect(result).toMatchObject({
        isError: true,
        content: [{ text: expect.stringMatching(/^TOO_MANY_REQUESTS: /) }],
      });
    }
    await expect.poll(running).toBe(3);
    expect(await ben.start('report')).toEqual(expect.any(String));
    done.open('whole');
    for (const { result } of made) await ann.settle(result!['taskId'] as string);
  });

  test('may have new ones when one has ended, by itself or cancelled', async () => {
    const { handlers, done, running } = open(2);
    const ann = person(handlers[0], 'ann');
    const ids = [await ann.start('report'), await ann.start('report')];
    expect((await ann.call('report')).result?.['isError']).toBe(true);
    await ann.cancel(ids[0]!);
    await ann.settle(ids[0]!);
    // The procedure has to stop before its place is free.
    await expect.poll(running).toBe(1);
    const third = await ann.start('report');
    expect((await ann.call('report')).result?.['isError']).toBe(true);
    done.open('whole');
    await ann.settle(third);
    await ann.settle(ids[1]!);
    await ann.settle(await ann.start('report'));
    await ann.settle(await ann.start('report'));
    await ann.settle(await ann.start('report'));
  });

  test('has no more of them when many calls want the places of those that have ended', async () => {
    const { handlers, done } = open(5);
    const everywhere = handlers.map((handler) => person(handler, 'ann'));
    const [ann] = everywhere as [(typeof everywhere)[0]];
    const first = await Promise.all(Array.from({ length: 5 }, () => ann.start('report')));
    for (const id of first) await ann.cancel(id);
    for (const id of first) await ann.settle(id);
    const made = new Set<string>();
    await expect
      .poll(async () => {
        const replies = await Promise.all(
          Array.from({ length: 30 }, (_, index) => everywhere[index % 2]!.call('report')),
        );
        for (const { result } of replies)
          if (result?.['resultType'] === 'task') made.add(String(result['taskId']));
        return made.size;
      })
      .toBeGreaterThanOrEqual(5);
    expect(made.size).toBe(5);
    const mine = (await ann.call('mine')).result?.['structuredContent'] as TaskInfo[];
    expect(
      mine
        .filter(({ status }) => status === 'working')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual([...made].toSorted());
    done.open('whole');
  });

  test('is not held up by a task that has ended and was forgotten', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { ttlMs: 100_000 } } }).mutation(() => 'whole'),
    });
    const handler = mcpHandler(router, { callerId, secret, store: openStore(), tasks: { perCaller: 1 } });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    await ann.settle(await ann.start('report'));
    for (const aheadMs of [90_000, 80_000, 20_000, 30_000, 200_000]) {
      vi.setSystemTime(Date.now() + aheadMs);
      await ann.settle(await ann.start('report'));
      vi.setSystemTime(Date.now() + 170_000);
      await ann.settle(await ann.start('report'));
    }
  });

  test('is counted over all processes', async () => {
    const { handlers, done } = open(3);
    const everywhere = handlers.map((handler) => person(handler, 'ann'));
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, index) => everywhere[index % 2]!.call('report')),
    );
    expect(replies.filter(({ result }) => result?.['resultType'] === 'task')).toHaveLength(3);
    done.open('whole');
  });

  test('has a hundred by default', async () => {
    const { handlers, done } = open();
    const ann = person(handlers[0], 'ann');
    const replies = await Promise.all(Array.from({ length: 110 }, () => ann.call('report')));
    expect(replies.filter(({ result }) => result?.['resultType'] === 'task')).toHaveLength(100);
    done.open('whole');
  });
});

test(
  'a thousand tasks of fifty callers all end, and each caller sees their own only',
  { timeout: 120_000 },
  async () => {
    const { handlers, done } = open();
    const people = Array.from({ length: 50 }, (_, index) => person(handlers[index % 2]!, `caller${index}`));
    const owned = await Promise.all(
      people.map((who) => Promise.all(Array.from({ length: 20 }, () => who.start('report')))),
    );
    const all = owned.flat();
    expect(new Set(all).size).toBe(1000);
    done.open('whole');
    await Promise.all(
      people.map(async (who, index) => {
        for (const id of owned[index]!)
          expect((await who.settle(id)).result?.structuredContent).toBe('whole');
        const mine = (await who.call('mine')).result?.['structuredContent'] as TaskInfo[];
        expect(mine.map(({ id }) => id).toSorted()).toEqual(owned[index]!.toSorted());
        const foreign = owned[(index + 1) % 50]![0]!;
        expect((await who.get(foreign)).error?.code).toBe(-32_602);
      }),
    );
  },
);

test('a store in memory that is full refuses new tasks, and keeps those that run', async () => {
  const { handlers, done } = open(1000, createMemoryStore({ bytes: 1_000_000, bytesOfOwner: 200_000 }));
  const ann = person(handlers[0], 'ann');
  const replies = [];
  for (let turn = 0; turn < 300; turn++) replies.push(await ann.call('report'));
  const made = replies.filter(({ result }) => result?.['resultType'] === 'task');
  expect(made.length).toBeGreaterThan(0);
  expect(made.length).toBeLessThan(300);
  const refused = replies.find(({ result }) => result?.['resultType'] !== 'task')!;
  expect(JSON.stringify(refused.result ?? refused.error)).toMatch(/TOO_MANY_REQUESTS|SERVICE_UNAVAILABLE/);
  // Somebody else has room.
  const ben = person(handlers[0], 'ben');
  const other = await ben.start('report');
  done.open('whole');
  // Each ends, with its result or with the word that there was no room for it.
  for (const { result } of made) {
    const settled = await ann.settle(result!['taskId'] as string);
    expect(settled.status).toBe('completed');
    if (settled.result?.isError) expect(settled.result.content[0]!.text).toMatch(/no room/);
    else expect(settled.result?.structuredContent).toBe('whole');
  }
  expect((await ben.settle(other)).status).toBe('completed');
});

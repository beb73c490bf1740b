import { setImmediate } from 'node:timers/promises';
import { InMemoryServerEventBus, type ServerEvent } from '@modelcontextprotocol/server';
import { initTRPC } from '@trpc/server';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta, type TaskJob } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const schema = z.object({ isGood: z.boolean() });
const yes = { action: 'accept', content: { isGood: true } };

/**
 * Two servers with one store. Tasks run on the first, which hears of an answer when it is told to `look`; `ann` is a client of
 * the second. `onRead` hears of each answer that the first one reads, and may give another one back.
 */
function open(onRead: (answer: string | undefined, key: string) => Promise<string | undefined>) {
  const router = t.router({
    order: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
      const call = getMcpCall()!;
      return [
        await call.ask({ message: 'One?', key: 'one', schema }),
        await call.ask({ message: 'Two?', key: 'two', schema }),
      ];
    }),
  });
  const store = openStore();
  const spied = {
    ...store,
    get: async (key: string) => {
      const value = await store.get(key);
      return key.includes(':answer:') ? onRead(value, key) : value;
    },
  };
  const bus = new InMemoryServerEventBus();
  const shared = { secret, callerId: ({ headers }: Request) => headers.get('authorization') ?? undefined };
  const runs = mcpHandler(router, { ...shared, store: spied, bus });
  const other = mcpHandler(router, { ...shared, store });
  onTestFinished(async () => {
    await runs.close();
    await other.close();
  });
  return {
    ann: person(other, 'ann'),
    start: () => person(runs, 'ann').start('order'),
    // Cast: as `tasks.ts` publishes it.
    look: (id: string) => bus.publish({ kind: 'task_changed', id } as unknown as ServerEvent),
  };
}

const keysOf = ({ inputRequests }: { inputRequests?: object }) => Object.keys(inputRequests ?? {});

test('a look that the store answers late does not skip the next question', async () => {
  const held = latch();
  const release = latch();
  const second = latch();
  let count = 0;
  const { ann, start, look } = open(async (answer, key) => {
    if (key.endsWith(':two')) second.open();
    if (answer === undefined || count++ > 0) return answer;
    held.open();
    await release.opened;
    return answer;
  });
  const id = await start();
  expect(keysOf(await ann.until(id, 'input_required'))).toEqual(['one']);
  await ann.update(id, { one: yes });
  look(id);
  await held.opened;
  look(id);
  // It reads the second answer, so it waits for it.
  await second.opened;
  release.open();
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  expect(keysOf(await ann.until(id, 'input_required'))).toEqual(['two']);
  await ann.update(id, { two: yes });
  look(id);
  expect((await ann.settle(id)).result?.structuredContent).toEqual([yes, yes]);
});

test('an answer that the store does not find again is waited for', async () => {
  const found: string[] = [];
  const { ann, start, look } = open(async (answer, key) => {
    if (answer === undefined) return undefined;
    found.push(key);
    // The first look wakes the task, which reads it for itself.
    return found.length === 2 ? undefined : answer;
  });
  const id = await start();
  await ann.until(id, 'input_required');
  await ann.update(id, { one: yes });
  look(id);
  await expect.poll(async () => keysOf(await ann.read(id)), { timeout: 10_000 }).toEqual(['two']);
  await ann.update(id, { two: yes });
  look(id);
  expect((await ann.settle(id)).result?.structuredContent).toEqual([yes, yes]);
});

test('a job of a round whose answers are not there runs nothing', async () => {
  const jobs: TaskJob[] = [];
  let runs = 0;
  const router = t.router({
    order: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
      runs++;
      return getMcpCall()!.ask({ message: 'One?', key: 'one', schema });
    }),
  });
  const handler = mcpHandler(router, {
    secret,
    store: openStore(),
    auth: {
      authenticate: ({ headers }) => {
        const subject = headers.get('authorization')!;
        return { token: subject, clientId: 'client', scopes: [], subject };
      },
    },
    tasks: { run: (job) => void jobs.push(job), createContext: () => ({}) },
  });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const id = await ann.start('order');
  await handler.runTask(jobs[0]!);
  await handler.runTask({ ...jobs[0]!, round: 1 });
  expect(runs).toBe(1);
  expect(keysOf(await ann.until(id, 'input_required'))).toEqual(['one']);
  await ann.update(id, { one: yes });
  await handler.runTask(jobs[1]!);
  expect((await ann.settle(id)).result?.structuredContent).toEqual(yes);
});

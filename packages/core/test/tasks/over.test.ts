import { initTRPC } from '@trpc/server';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta, type Store, type TaskJob } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const task = t.procedure.meta({ mcp: { task: { ttlMs: 600_000 } } });
const secret = 'a secret of thirty-two bytes or more';
const auth = {
  authenticate: ({ headers }: Request) => {
    const token = headers.get('authorization');
    return token === null ? undefined : { token, clientId: 'client', scopes: [], subject: token };
  },
};

/** A server, and a worker that can die: from then on it reaches the store no more. */
function open() {
  const store = openStore();
  const begun = latch();
  const router = t.router({
    ask: task.mutation(() => getMcpCall()!.ask({ message: 'Name?', schema: z.object({ name: z.string() }) })),
    stuck: task.mutation(() => {
      begun.open();
      return new Promise(() => {});
    }),
  });
  const jobs: TaskJob[] = [];
  const options = {
    auth,
    secret,
    store,
    onError: () => {},
    tasks: { run: (job: TaskJob) => void jobs.push(job), createContext: () => ({}), perCaller: 1 },
  };
  let isDead = false;
  let away: { opened: Promise<void>; open: () => void } | undefined;
  const unlessDead =
    <TArgs extends unknown[], TResult>(use: (...args: TArgs) => Promise<TResult>) =>
    async (...args: TArgs): Promise<TResult> => {
      if (isDead) throw new Error('dead');
      await away?.opened;
      return use(...args);
    };
  const own: Store = {
    add: unlessDead(store.add.bind(store)),
    get: unlessDead(store.get.bind(store)),
    set: unlessDead(store.set.bind(store)),
    delete: unlessDead(store.delete.bind(store)),
    take: unlessDead(store.take.bind(store)),
  };
  const server = mcpHandler(router, options);
  const worker = mcpHandler(router, { ...options, store: own });
  onTestFinished(async () => {
    await server.close();
    await worker.close();
  });
  /** Lets what the worker does with the store wait, as a client of Redis does that has lost its connection. */
  const cut = async (ms: number, then: () => Promise<void>) => {
    away = latch();
    await vi.advanceTimersByTimeAsync(ms);
    await then();
    away.open();
    away = undefined;
    await vi.advanceTimersByTimeAsync(6000);
  };
  return { ann: person(server, 'ann'), begun, jobs, worker, kill: () => (isDead = true), cut };
}

describe('the time of a task', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
      shouldAdvanceTime: true,
    });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('whose worker has died does not keep its place, also if nobody asks for the task', async () => {
    const { ann, begun, jobs, worker, kill } = open();
    await ann.start('stuck');
    void worker.runTask(jobs[0]!);
    await begun.opened;
    kill();
    await vi.advanceTimersByTimeAsync(31_000);
    expect((await ann.call('stuck')).result).toMatchObject({ isError: true });
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await ann.start('stuck')).toBeTypeOf('string');
  });

  test('whose worker is cut off from the store goes on, also the second time', async () => {
    const { ann, begun, jobs, worker, cut } = open();
    const id = await ann.start('stuck');
    worker.runTask(jobs[0]!).catch(() => {});
    await begun.opened;
    for (let turn = 0; turn < 2; turn++) {
      await cut(40_000, async () => {
        expect((await ann.read(id)).status).toBe('working');
      });
      expect((await ann.read(id)).status).toBe('working');
    }
  });

  test('in a queue whose question nobody answers ends with TIMEOUT', async () => {
    const { ann, jobs, worker } = open();
    const id = await ann.start('ask');
    await worker.runTask(jobs[0]!);
    expect((await ann.read(id)).status).toBe('input_required');
    await vi.advanceTimersByTimeAsync(600_001);
    expect(await ann.read(id)).toMatchObject({
      status: 'completed',
      result: { isError: true, content: [{ text: expect.stringMatching(/^TIMEOUT: /) }] },
    });
  });
});

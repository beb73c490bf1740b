import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { getMcpCall, type McpMeta, type TaskJob } from '../../src/index.ts';
import { isUnknown, latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const auth = {
  authenticate: ({ headers }: Request) => {
    const token = headers.get('authorization');
    return token === null
      ? undefined
      : { token, clientId: 'client', scopes: ['a'], subject: token.slice(-3), extra: { raw: token } };
  },
};

function open(store = openStore(), secretOf = secret) {
  const jobs: TaskJob[] = [];
  const router = t.router({
    echo: t.procedure
      .meta({ mcp: { task: true } })
      .input(z.object({ text: z.string() }))
      .mutation(({ input }) => `result of ${input.text}`),
    order: t.procedure.meta({ mcp: { task: true } }).mutation(async () => {
      getMcpCall()!.progress({ progress: 1, message: 'progress of the private kind' });
      return getMcpCall()!.ask({ message: 'a private question?', schema: z.object({ size: z.string() }) });
    }),
    short: t.procedure.meta({ mcp: { task: { ttlMs: 5000 } } }).mutation(() => 'short'),
  });
  const queued = mcpHandler(router, {
    auth,
    secret: secretOf,
    store,
    tasks: { run: (job) => void jobs.push(job), createContext: () => ({}) },
    onError: () => {},
  });
  const local = mcpHandler(router, { auth, secret: secretOf, store, onError: () => {} });
  onTestFinished(async () => {
    await queued.close();
    await local.close();
  });
  return { store, jobs, queued, local };
}

/** All that is kept, as one text. */
function dump({ kept }: ReturnType<typeof openStore>): string {
  return [...kept].flat().join('\n');
}

describe('what is kept', () => {
  test('has no credential, no argument, no result, no question and no answer in the clear', async () => {
    const { store, jobs, queued } = open();
    const ann = person(queued, 'the-token-of-ann');
    const seen: string[] = [];
    const look = () => seen.push(dump(store), JSON.stringify(jobs));
    const [id, asking] = [await ann.start('echo', { text: 'private argument' }), await ann.start('order')];
    look();
    await queued.runTask(jobs[0]!);
    const run = queued.runTask(jobs[1]!);
    const { inputRequests } = await ann.until(asking, 'input_required');
    look();
    await ann.update(asking, {
      [Object.keys(inputRequests!)[0]!]: { action: 'accept', content: { size: 'private answer' } },
    });
    look();
    await run;
    for (const job of jobs.slice(2)) await queued.runTask(job);
    await ann.settle(id);
    await ann.settle(asking);
    look();
    expect(seen.join('\n')).not.toMatch(/the-token|private|Bearer|subject/i);
    const encoded = ['the-token-of-ann', 'private'].map((text) =>
      Buffer.from(text).toString('base64').slice(0, -4),
    );
    for (const text of encoded) expect(seen.join('\n')).not.toContain(text);
    for (const key of store.kept.keys()) expect(key).toMatch(/^(?:task|task-place|consent):/);
  });

  test('has no caller who is known by the credential alone: with a queue, such a call is no task', async () => {
    const jobs: TaskJob[] = [];
    const c = initTRPC.context<object>().meta<McpMeta>().create();
    const router = c.router({ report: c.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
    const store = openStore();
    const handler = mcpHandler(router, {
      createContext: () => ({}),
      callerId: ({ headers }) => headers.get('authorization') ?? undefined,
      secret,
      store,
      tasks: { run: (job) => void jobs.push(job), createContext: () => ({}) },
    });
    onTestFinished(() => handler.close());
    const { result } = await person(handler, 'a-long-token-of-ann').call('report');
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: 'whole' });
    expect([jobs, [...store.kept]]).toEqual([[], []]);
  });

  test('cannot be read with another secret: the task is unknown there', async () => {
    const { store, local } = open();
    const ann = person(local, 'ann');
    const id = await ann.start('echo', { text: 'x' });
    await ann.settle(id);
    const { local: foreign } = open(store, 'another secret of thirty-two bytes or more');
    expect(isUnknown(await person(foreign, 'ann').get(id))).toBe(true);
  });

  test('and was tampered with is never taken for something else', async () => {
    const { store, local } = open();
    const [ann, ben] = [person(local, 'ann'), person(local, 'ben')];
    const [id, other] = [await ann.start('echo', { text: 'ann' }), await ben.start('echo', { text: 'ben' })];
    await ann.settle(id);
    await ben.settle(other);
    const keysOf = (of: string) => [...store.kept.keys()].filter((key) => key.includes(of));
    // Ben's records in the places of Ann's.
    for (const key of keysOf(id)) {
      const from = store.kept.get(key.replaceAll(id, other));
      if (from !== undefined) await store.set(key, from, 60_000);
    }
    const moved = JSON.stringify(await ann.get(id));
    expect(moved).not.toContain('result of ben');
    // One letter changed, in each record.
    for (const key of keysOf(other)) {
      const value = store.kept.get(key)!;
      const at = Math.floor(value.length / 2);
      await store.set(
        key,
        value.slice(0, at) + (value[at] === 'A' ? 'B' : 'A') + value.slice(at + 1),
        60_000,
      );
    }
    const reply = await ben.get(other);
    expect(reply.status).toBeLessThan(600);
    if (reply.result) expect(reply.result).not.toHaveProperty('result.structuredContent', expect.anything());
    // And anything at all in their place.
    for (const junk of [
      '',
      '{}',
      'null',
      '[]',
      '0',
      '"x"',
      '{"status":"completed","result":{}}',
      'A'.repeat(1000),
    ]) {
      for (const key of keysOf(other)) await store.set(key, junk, 60_000);
      for (const method of ['get', 'update', 'cancel'] as const) {
        const answer = await ben[method](other, {});
        expect(answer.error?.code ?? answer.result?.['resultType'], junk).toBeDefined();
        expect(JSON.stringify(answer)).not.toContain('"structuredContent"');
      }
    }
  });
});

describe('time', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test('of a task is told in milliseconds, and its dates are those of ISO 8601', async () => {
    const { local } = open();
    const ann = person(local, 'ann');
    const { result } = await ann.call('short');
    expect(result).toMatchObject({ resultType: 'task', ttlMs: expect.any(Number), pollIntervalMs: 1000 });
    expect(result!['ttlMs']).toBeGreaterThanOrEqual(5000);
    const settled = await ann.settle(result!['taskId'] as string);
    expect(settled.resultType).toBe('complete');
    for (const date of [settled.createdAt, settled.lastUpdatedAt]) {
      expect(new Date(date).toISOString().slice(0, 19)).toBe(date.slice(0, 19));
    }
    expect(Date.parse(settled.lastUpdatedAt)).toBeGreaterThanOrEqual(Date.parse(settled.createdAt));
  });

  test('that is over makes a task unknown, and leaves nothing in memory', async () => {
    vi.useFakeTimers({
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
      shouldAdvanceTime: true,
    });
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { ttlMs: 5000 } } }).mutation(() => 'whole'),
      mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
    });
    const handler = mcpHandler(router, { auth, secret, store: openStore() });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    await ann.settle(id);
    await vi.advanceTimersByTimeAsync(4000);
    expect((await ann.read(id)).result?.structuredContent).toBe('whole');
    await vi.advanceTimersByTimeAsync(7000);
    for (const method of ['get', 'update', 'cancel'] as const) {
      expect(isUnknown(await ann[method](id, {})), method).toBe(true);
    }
    expect((await ann.call('mine')).result?.['structuredContent']).toEqual([]);
  });

  test('limits how long a task may run: its signal aborts, and it is told as failed', async () => {
    vi.useFakeTimers({
      toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
      shouldAdvanceTime: true,
    });
    const aborted = latch();
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { ttlMs: 5000 } } }).mutation(async ({ signal }) => {
        await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()));
        aborted.open();
        throw new Error('gone');
      }),
    });
    const handler = mcpHandler(router, { auth, secret, store: openStore(), onError: () => {} });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    await vi.advanceTimersByTimeAsync(5100);
    await aborted.opened;
    const ended = await ann.settle(id);
    expect(['failed', 'completed']).toContain(ended.status);
    if (ended.status === 'completed') expect(ended.result?.isError).toBe(true);
    expect(JSON.stringify(ended)).not.toContain('gone');
  });

  test.each([-30_000, 30_000])(
    'on another process that is %i ms ahead neither ends nor fails a task',
    async (aheadMs) => {
      const done = latch<string>();
      const router = t.router({
        report: t.procedure.meta({ mcp: { task: true } }).mutation(() => done.opened),
      });
      const options = { auth, secret, store: openStore(), onError: () => {} };
      const [one, other] = [mcpHandler(router, options), mcpHandler(router, options)];
      onTestFinished(async () => {
        await one.close();
        await other.close();
      });
      const id = await person(one, 'ann').start('report');
      const realNow = Date.now;
      const spy = vi.spyOn(Date, 'now').mockImplementation(() => realNow() + aheadMs);
      try {
        expect((await person(other, 'ann').read(id)).status).toBe('working');
      } finally {
        spy.mockRestore();
      }
      done.open('whole');
      expect((await person(other, 'ann').settle(id)).result?.structuredContent).toBe('whole');
    },
  );
});

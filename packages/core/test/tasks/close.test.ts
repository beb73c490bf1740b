import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { SetupError, type McpMeta } from '../../src/index.ts';
import { latch, person } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;

describe('handler.close()', () => {
  test('aborts running tasks, and another process tells them as failed', async () => {
    const aborted = latch();
    const started = latch();
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: true } }).mutation(async ({ signal }) => {
        started.open();
        await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()));
        aborted.open();
        throw new Error('closed');
      }),
    });
    const options = { callerId, secret, store: openStore(), onError: () => {} };
    const [one, other] = [mcpHandler(router, options), mcpHandler(router, options)];
    onTestFinished(() => other.close());
    const id = await person(one, 'ann').start('report');
    await started.opened;
    await one.close();
    await aborted.opened;
    const { status, error, statusMessage } = await person(other, 'ann').settle(id);
    expect(status).toBe('failed');
    expect(error).toMatchObject({ code: expect.any(Number), message: expect.any(String) });
    expect(`${statusMessage} ${error!.message}`).toMatch(/again|close|stop|end/);
  });

  test('does not take long for a task whose procedure ignores its signal', async () => {
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: true } }).mutation(() => new Promise(() => {})),
    });
    const handler = mcpHandler(router, { callerId, onError: () => {} });
    await person(handler, 'ann').start('report');
    // It would wait for ever otherwise.
    await handler.close();
    await handler.close();
  });

  test('leaves no listener on the bus of the app', async () => {
    const listeners = new Set<(event: ServerEvent) => void>();
    const bus: ServerEventBus = {
      publish: (event) => listeners.forEach((listener) => listener(event)),
      subscribe(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    };
    const router = t.router({ report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
    const handler = mcpHandler(router, { callerId, secret, bus, store: openStore() });
    const ann = person(handler, 'ann');
    await ann.settle(await ann.start('report'));
    expect(listeners.size).toBeGreaterThan(0);
    await handler.close();
    expect(listeners.size).toBe(0);
  });

  test('keeps what has ended', async () => {
    const router = t.router({ report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
    const options = { callerId, secret, store: openStore() };
    const [one, other] = [mcpHandler(router, options), mcpHandler(router, options)];
    onTestFinished(() => other.close());
    const ann = person(one, 'ann');
    const id = await ann.start('report');
    await ann.settle(id);
    await one.close();
    expect((await person(other, 'ann').read(id)).result?.structuredContent).toBe('whole');
  });
});

describe('on a host with waitUntil', () => {
  const router = t.router({ report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });

  test.each([
    ['extra.waitUntil', (waitUntil: unknown) => ({ waitUntil })],
    ['extra.ctx.waitUntil', (waitUntil: unknown) => ({ ctx: { waitUntil } })],
  ])('the work is announced with %s', async (_name, toExtra) => {
    const works: Promise<unknown>[] = [];
    const c = initTRPC.context<object>().meta<McpMeta>().create();
    const own = c.router({ report: c.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
    const handler = mcpHandler(own, {
      callerId,
      createContext: (_options: object, _extra: unknown) => ({}),
    });
    onTestFinished(() => handler.close());
    const extra = toExtra((work: Promise<unknown>) => works.push(work));
    const ann = person(((request: Request) => handler(request, extra)) as never, 'ann');
    const id = await ann.start('report');
    expect(works.length).toBeGreaterThanOrEqual(1);
    await Promise.all(works);
    expect((await ann.read(id)).status).toBe('completed');
  });

  test('`tasks.waitUntil` is told of the work, and the work ends well even if it throws', async () => {
    const works: Promise<unknown>[] = [];
    const handler = mcpHandler(router, { callerId, tasks: { waitUntil: (work) => void works.push(work) } });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    await expect(Promise.all(works)).resolves.toBeDefined();
    expect(works.length).toBeGreaterThanOrEqual(1);
    expect((await ann.read(id)).status).toBe('completed');
    const throwing = mcpHandler(router, {
      callerId,
      onError: () => {},
      tasks: {
        waitUntil: () => {
          throw new Error('this host has none');
        },
      },
    });
    onTestFinished(() => throwing.close());
    const reply = await person(throwing, 'ann').call('report');
    expect(JSON.stringify(reply)).not.toContain('this host has none');
  });
});

describe('a set-up problem', () => {
  /** The codes of what is wrong with the options. */
  function problemsOf(make: () => unknown): string[] {
    try {
      make();
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
      for (const { message } of error.problems) expect(message.length).toBeGreaterThan(20);
      return error.problems.map(({ code }) => code);
    }
    return [];
  }
  const meta = (task: unknown) =>
    t.router({ report: t.procedure.meta({ mcp: { task } } as McpMeta).mutation(() => 1) });

  test.each(['AWS_LAMBDA_FUNCTION_NAME', 'VERCEL'])('is `task` where %s is set, without a queue', (name) => {
    const before = process.env[name];
    process.env[name] = '1';
    onTestFinished(() => {
      if (before === undefined) delete process.env[name];
      else process.env[name] = before;
    });
    expect(problemsOf(() => mcpHandler(meta(true)))).toHaveLength(1);
    const run = { run: () => {}, createContext: () => ({}) };
    expect(problemsOf(() => mcpHandler(meta(true), { secret, store: openStore(), tasks: run }))).toEqual([]);
    expect(problemsOf(() => mcpHandler(meta(true), { tasks: { waitUntil: () => {} } }))).toEqual([]);
    expect(problemsOf(() => mcpHandler(meta(undefined)))).toEqual([]);
  });

  test.each([
    [{ ttlMs: 0 }],
    [{ ttlMs: -1 }],
    [{ ttlMs: Number.NaN }],
    [{ ttlMs: Infinity }],
    [{ ttlMs: '1000' }],
    [{ pollMs: 0 }],
    [{ pollMs: -5 }],
    [{ pollMs: 'x' }],
    [{ after: -1 }],
    [{ after: Number.NaN }],
    [{ required: 'yes' }],
    [{ ttl: 1000 }],
    ['yes'],
    [1],
  ])('is `task: %j`', (task) => {
    expect(problemsOf(() => mcpHandler(meta(task))).length).toBeGreaterThan(0);
  });

  test.each([
    ['a number of tasks that is none', { perCaller: 0 }],
    ['a number that is no number', { perCaller: 'many' }],
    ['a run that is no function', { run: true }],
    ['an unknown key', { perUser: 5 }],
    ['a list', []],
    ['true', true],
  ])('is `tasks` with %s', (_name, tasks) => {
    const make = () => mcpHandler(meta(true), { secret, store: openStore(), tasks: tasks as never });
    expect(problemsOf(make).length).toBeGreaterThan(0);
  });

  test('is `tasks.run` without what the worker needs', () => {
    const c = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const router = c.router({ report: c.procedure.meta({ mcp: { task: true } }).mutation(() => 1) });
    const createContext = () => ({ user: 'x' });
    const make = (options: object) => () => mcpHandler(router, { createContext, ...options });
    const run = () => {};
    const whole = { secret, store: openStore(), tasks: { run, createContext } };
    expect(problemsOf(make(whole))).toEqual([]);
    expect(problemsOf(make({ ...whole, secret: undefined })).length).toBeGreaterThan(0);
    expect(problemsOf(make({ ...whole, store: undefined })).length).toBeGreaterThan(0);
    expect(problemsOf(make({ ...whole, tasks: { run } })).length).toBeGreaterThan(0);
  });
});

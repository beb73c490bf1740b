import { initTRPC } from '@trpc/server';
import { describe, expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import type { McpMeta } from '../../src/index.ts';
import { connect } from '../clients.ts';
import { ask } from '../in-process.ts';
import { serve } from '../server.ts';
import { extensionId, latch, person, withTasks } from './person.ts';
import { openStore } from './store.ts';

const t = initTRPC.meta<McpMeta>().create();
const secret = 'a secret of thirty-two bytes or more';
const callerId = ({ headers }: Request) => headers.get('authorization') ?? undefined;

test('the server declares the extension when a tool has `task`, and only then', async () => {
  const declaredBy = async (meta: McpMeta) => {
    const router = t.router({ report: t.procedure.meta(meta).mutation(() => 'whole') });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const { result } = await person(handler, 'ann').send('server/discover', {});
    return (result!['capabilities'] as { extensions?: Record<string, unknown> }).extensions?.[extensionId];
  };
  expect(await declaredBy({ mcp: { task: true } })).toEqual({});
  expect(await declaredBy({ mcp: true })).toBe(undefined);
});

test('without a tool that has `task`, tasks/* are no methods', async () => {
  const router = t.router({ report: t.procedure.meta({ mcp: true }).mutation(() => 'whole') });
  const handler = mcpHandler(router, { callerId });
  onTestFinished(() => handler.close());
  const { status, error } = await person(handler, 'ann').get('x');
  expect({ status, code: error?.code }).toEqual({ status: 404, code: -32_601 });
});

describe('the official client of 2025', () => {
  test('gets the result of a plain call', async () => {
    const router = t.router({ report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
    await using server = await serve(expressHandler(router, { callerId }));
    await using client = await connect['2025-11-25'](server.mcp, { authorization: 'Bearer ann' });
    expect((await client.callTool({ name: 'report' })).structuredContent).toEqual({ result: 'whole' });
    expect(client.capabilities()).not.toHaveProperty('extensions');
    expect(client.capabilities()).not.toHaveProperty('tasks');
  });

  test.each(['tasks/get', 'tasks/update', 'tasks/cancel', 'tasks/list', 'tasks/result'])(
    'has no method %s, also not with what a client of 2026 declares',
    async (method) => {
      const router = t.router({ report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
      const handler = mcpHandler(router, { callerId });
      onTestFinished(() => handler.close());
      const { body } = await ask(handler, 'legacy', method, {
        taskId: 'x',
        _meta: { 'io.modelcontextprotocol/clientCapabilities': withTasks },
      });
      expect(JSON.stringify(body)).toContain('-32601');
    },
  );

  test('that asks for a task of its own revision gets the result of a plain call', async () => {
    const router = t.router({ report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole') });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const { body } = await ask(handler, 'legacy', 'tools/call', {
      name: 'report',
      arguments: {},
      task: { ttl: 60_000 },
    });
    expect(JSON.stringify(body)).toContain('whole');
  });
});

describe('`required: true`', () => {
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: { required: true } } }).mutation(() => 'whole'),
  });

  test('refuses a client of 2026 without the extension, and names it', async () => {
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const plain = person(handler, 'ann', { capabilities: {} });
    const reply = await plain.call('report');
    expect(reply).toMatchObject({
      status: 400,
      error: { code: -32_021, data: { requiredCapabilities: { extensions: { [extensionId]: {} } } } },
    });
  });

  test('refuses a client of 2025 with a sentence that its model can read', async () => {
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const { body } = await ask(handler, 'legacy', 'tools/call', { name: 'report', arguments: {} });
    const text = JSON.stringify(body);
    expect(text).toMatch(/-32021|isError/);
    expect(text).not.toContain('whole');
  });

  test('serves a client that has it', async () => {
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    expect((await ann.settle(await ann.start('report'))).result?.structuredContent).toBe('whole');
  });
});

describe('`after`', () => {
  test('answers a call that ends within that time as a plain call', async () => {
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 20_000 } } }).mutation(() => 'whole'),
    });
    const store = openStore();
    const handler = mcpHandler(router, { callerId, secret, store });
    onTestFinished(() => handler.close());
    const { result } = await person(handler, 'ann').call('report');
    expect(result).toMatchObject({ resultType: 'complete', structuredContent: 'whole' });
    expect(store.kept.size).toBe(0);
  });

  test('makes a task of a call that takes longer, which ran only once', async () => {
    let runs = 0;
    const done = latch<string>();
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 20 } } }).mutation(() => {
        runs++;
        return done.opened;
      }),
    });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const ann = person(handler, 'ann');
    const id = await ann.start('report');
    done.open('whole');
    expect((await ann.settle(id)).result?.structuredContent).toBe('whole');
    expect(runs).toBe(1);
  });

  test('without the extension has no effect', async () => {
    const router = t.router({
      report: t.procedure.meta({ mcp: { task: { after: 0 } } }).mutation(() => 'whole'),
    });
    const handler = mcpHandler(router, { callerId });
    onTestFinished(() => handler.close());
    const { result } = await person(handler, 'ann', { capabilities: {} }).call('report');
    expect(result?.['structuredContent']).toBe('whole');
  });
});

test('an idempotency key makes two calls one: they have one task, or the second has its answer', async () => {
  let runs = 0;
  const router = t.router({
    extend: t.procedure
      .meta({ mcp: { task: true, idempotent: true } })
      .input(z.object({ days: z.number() }))
      .mutation(() => ++runs),
  });
  const handler = mcpHandler(router, { callerId, secret, store: openStore() });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const args = { days: 7, _idempotencyKey: 'one' };
  const value = async () => {
    const { result, error } = await ann.call('extend', args);
    expect(error).toBe(undefined);
    if (result!['resultType'] !== 'task') return result!['structuredContent'];
    return (await ann.settle(result!['taskId'] as string)).result?.structuredContent;
  };
  expect(await value()).toBe(1);
  expect(await value()).toBe(1);
  expect(runs).toBe(1);
  // The key of somebody else is another one.
  const ben = person(handler, 'ben');
  const { result } = await ben.settle(await ben.start('extend', args));
  expect(result?.structuredContent).toBe(2);
});

test('a dry run makes no task', async () => {
  const ran: string[] = [];
  const router = t.router({
    plan: t.procedure.input(z.object({ id: z.string() })).query(({ input }) => `would remove ${input.id}`),
    remove: t.procedure
      .meta({ mcp: { task: true, dryRun: 'plan' } })
      .input(z.object({ id: z.string() }))
      .mutation(() => void ran.push('removed')),
  });
  const handler = mcpHandler(router, { callerId });
  onTestFinished(() => handler.close());
  const { result } = await person(handler, 'ann').call('remove', { id: '7', _dryRun: true });
  expect(result).toMatchObject({ resultType: 'complete', structuredContent: 'would remove 7' });
  expect(ran).toEqual([]);
});

test('behind tools that find others, a call runs, as a task or as a plain call', async () => {
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole'),
    read: t.procedure.meta({ mcp: true }).query(() => 1),
  });
  const handler = mcpHandler(router, { callerId, discovery: 'search' });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const { result, error } = await ann.call('run_mutation', { name: 'report', arguments: {} });
  expect(error).toBe(undefined);
  const told =
    result!['resultType'] === 'task' ? (await ann.settle(result!['taskId'] as string)).result : result;
  expect(JSON.stringify(told)).toContain('whole');
});

test('`timeoutMs` that is shorter than the task ends it, and its result says so', async () => {
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true, timeoutMs: 20 } }).mutation(() => new Promise(() => {})),
  });
  const handler = mcpHandler(router, { callerId, onError: () => {} });
  onTestFinished(() => handler.close());
  const ann = person(handler, 'ann');
  const { status, result } = await ann.settle(await ann.start('report'));
  expect({ status, result }).toMatchObject({
    status: 'completed',
    result: { isError: true, content: [{ text: expect.stringMatching(/^TIMEOUT: /) }] },
  });
});

test('with the lane off, tasks are the same', async () => {
  const router = t.router({
    report: t.procedure.meta({ mcp: { task: true } }).mutation(() => 'whole'),
  });
  const answers = await Promise.all(
    [true, false].map(async (fastLane) => {
      const handler = mcpHandler(router, { callerId, fastLane });
      onTestFinished(() => handler.close());
      const ann = person(handler, 'ann');
      const created = await ann.call('report');
      const id = created.result!['taskId'] as string;
      const ended = await ann.settle(id);
      const cancelled = await ann.cancel(id);
      const text = JSON.stringify([
        created,
        ended,
        cancelled,
        await ann.get('x'),
        await ann.send('tasks/list', {}),
      ]);
      return JSON.parse(
        text
          .replaceAll(id, 'ID')
          .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'DATE')
          .replaceAll(/"ttlMs":\d+/g, '"ttlMs":0'),
      ) as unknown;
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
});

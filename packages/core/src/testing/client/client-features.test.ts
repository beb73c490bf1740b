import { initTRPC, tracked } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { getMcpCall, type McpMeta } from '../../index.ts';
import { type CallProgress, createMcpTestClient } from '../testing.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const eras = ['modern', 'legacy'] as const;
// Clients of 2025 need a session to be asked questions during a call.
const legacy = 'sessions';

describe.each(eras)('a test client of the %s era', (era) => {
  test('lists and reads resources', async () => {
    const router = t.router({
      terms: t.procedure.meta({ mcp: { resource: { uri: 'app://terms' } } }).query(() => 'be kind'),
      note: t.procedure
        .meta({ mcp: { resource: { uri: 'notes://{id}' } } })
        .input(z.object({ id: z.string() }))
        .query(({ input }) => ({ id: input.id })),
    });
    await using client = createMcpTestClient(router, { era });
    expect(await client.listResources()).toMatchObject([{ uri: 'app://terms' }]);
    expect(await client.listResourceTemplates()).toMatchObject([{ uriTemplate: 'notes://{id}' }]);
    const { contents } = await client.readResource('notes://7');
    expect(contents).toEqual([{ uri: 'notes://7', mimeType: 'application/json', text: '{"id":"7"}' }]);
    await expect(client.readResource('notes:/nowhere')).rejects.toMatchObject({ code: -32602 });
    await expect(client.call('terms')).rejects.toThrow(
      'terms is a resource and not a tool; set mcp.tool to true if it should be both',
    );
  });

  test('lists, gets and completes prompts', async () => {
    const router = t.router({
      review: t.procedure
        .meta({ mcp: { prompt: true } })
        .input(z.object({ tone: z.enum(['kind', 'stern', 'keen']) }))
        .query(({ input }) => `Write a ${input.tone} review.`),
    });
    await using client = createMcpTestClient(router, { era });
    expect(await client.listPrompts()).toMatchObject([
      { name: 'review', arguments: [{ name: 'tone', required: true }] },
    ]);
    const { messages } = await client.getPrompt('review', { tone: 'kind' });
    expect(messages).toEqual([{ role: 'user', content: { type: 'text', text: 'Write a kind review.' } }]);
    const ref = { type: 'ref/prompt', name: 'review' } as const;
    const { values } = await client.complete({ ref, argument: { name: 'tone', value: 'k' } });
    expect(values).toEqual(['kind', 'keen']);
  });

  test('hears of progress', async () => {
    const router = t.router({
      count: tool.mutation(async () => {
        for (const progress of [1, 2]) {
          getMcpCall()?.progress({ progress, total: 2, message: `step ${progress}` });
          await new Promise((resolve) => setTimeout(resolve, 30));
        }
        return 'done';
      }),
    });
    await using client = createMcpTestClient(router, { era });
    const heard: CallProgress[] = [];
    const output = await client.unwrap.call('count', undefined, {
      onProgress: (progress) => heard.push(progress),
    });
    expect(output).toBe('done');
    expect(heard).toEqual([
      { progress: 1, total: 2, message: 'step 1' },
      { progress: 2, total: 2, message: 'step 2' },
    ]);
  });

  test('collects what a subscription yields', async () => {
    const router = t.router({
      ticks: tool.subscription(async function* () {
        yield tracked('a', { at: 1 });
        yield tracked('b', { at: 2 });
      }),
      rows: tool.query(async function* () {
        yield 1;
        yield 2;
      }),
      dates: tool.subscription(async function* () {
        yield new Date(0);
      }),
    });
    await using client = createMcpTestClient(router, { era });
    expect(await client.unwrap.call('ticks')).toEqual({
      items: [{ at: 1 }, { at: 2 }],
      lastEventId: 'b',
      ended: 'complete',
    });
    expect(await client.unwrap.call('rows')).toEqual([1, 2]);
    await expect(client.unwrap.call('dates')).rejects.toThrow('a Date at items[0]');
  });

  test('answers what a tool asks the person', async () => {
    const asked: string[] = [];
    const router = t.router({
      order: tool.mutation(async () => {
        const call = getMcpCall();
        const answer = await call?.ask({
          message: 'How many?',
          schema: z.object({ count: z.number() }),
        });
        return answer?.action === 'accept' ? answer.content.count : 0;
      }),
      close: t.procedure.meta({ mcp: { confirm: 'Close the account?' } }).mutation(() => 'closed'),
    });
    await using willing = createMcpTestClient(router, {
      era,
      legacy,
      onElicit: ({ message }) => {
        asked.push(message);
        return { action: 'accept', content: { count: 3 } };
      },
    });
    expect(await willing.unwrap.call('order')).toBe(3);
    expect(await willing.unwrap.call('close')).toBe('closed');
    expect(asked).toEqual(['How many?', 'Close the account?']);
    await using unwilling = createMcpTestClient(router, {
      era,
      legacy,
      onElicit: () => ({ action: 'decline' }),
    });
    expect(await unwilling.unwrap.call('order')).toBe(0);
    expect(await unwilling.call('close')).toMatchObject({ ok: false });
    await using mute = createMcpTestClient(router, { era, legacy });
    expect(await mute.call('close')).toMatchObject({ ok: false });
  });

  test('calls for once, and only to know what would happen, by name', async () => {
    let runs = 0;
    const router = t.router({
      preview: t.procedure.input(z.object({ n: z.number() })).query(({ input }) => `would add ${input.n}`),
      add: t.procedure
        .meta({ mcp: { dryRun: 'preview', idempotent: true } })
        .input(z.object({ n: z.number() }))
        .mutation(({ input }) => ({ runs: (runs += input.n) })),
    });
    await using client = createMcpTestClient(router, { era, callerId: () => 'ada' });
    expect(await client.callTool('add', { n: 1, _dryRun: true })).toMatchObject({ ok: true });
    expect(runs).toBe(0);
    const once = { n: 1, _idempotencyKey: 'k' };
    expect(await client.unwrap.callTool('add', once)).toEqual({ runs: 1 });
    expect(await client.unwrap.callTool('add', once)).toEqual({ runs: 1 });
    expect(await client.unwrap.call('add', { n: 1 })).toEqual({ runs: 2 });
  });
});

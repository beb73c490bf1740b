import { initTRPC, tracked } from '@trpc/server';
import { observable } from '@trpc/server/observable';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { EventEmitter, on } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type CallFailure, getMcpCall, type McpMeta } from '../src/index.ts';
import { clientKinds } from './clients.ts';
import { converse, type Heard } from './conversation.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();

/** Yields the ids after `after`, without end. */
async function* eventsAfter(after: number) {
  for (let id = after + 1; ; id++) {
    await Promise.resolve();
    yield tracked(String(id), { id, at: new Date(id) });
  }
}

function assertConforms(tools: Record<string, unknown>[], name: string, value: unknown) {
  const { outputSchema } = tools.find((tool) => tool['name'] === name)!;
  expect(outputSchema).toMatchObject({ type: 'object' });
  const ajv = new Ajv2020({ strict: false });
  addFormats.default(ajv);
  const validate = ajv.compile(outputSchema as object);
  expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
}

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  test('a subscription is a tool that says where it ends', async () => {
    const router = t.router({
      events: t.procedure.meta({ mcp: { description: 'What happens.' } }).subscription(() => eventsAfter(0)),
      few: t.procedure
        .meta({ mcp: { description: 'A little of it.', stream: { maxItems: 3, maxMs: 5000 } } })
        .subscription(() => eventsAfter(0)),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const tools = await client.listTools();
    expect(tools.map(({ description }) => description)).toEqual([
      'What happens.\n\nIt collects at most 100 items, for at most 20 seconds.',
      'A little of it.\n\nIt collects at most 3 items, for at most 5 seconds.',
    ]);
    expect(tools.map(({ annotations }) => annotations)).toEqual([
      { readOnlyHint: true },
      { readOnlyHint: true },
    ]);
    const { structuredContent } = await client.call('tools/call', { name: 'events' });
    expect(structuredContent).toMatchObject({ lastEventId: '100', ended: 'maxItems' });
    expect((structuredContent as { items: unknown[] }).items).toHaveLength(100);
    assertConforms(tools, 'events', structuredContent);
  });

  test('it ends after maxItems, and goes on where the last one was', async () => {
    const router = t.router({
      events: t.procedure
        .meta({ mcp: { stream: { maxItems: 2 } } })
        .input(z.object({ lastEventId: z.string().optional() }))
        .subscription(({ input }) => eventsAfter(Number(input.lastEventId ?? 0))),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const first = await client.call('tools/call', { name: 'events' });
    expect(first['structuredContent']).toEqual({
      items: [
        { id: 1, at: new Date(1).toISOString() },
        { id: 2, at: new Date(2).toISOString() },
      ],
      lastEventId: '2',
      ended: 'maxItems',
    });
    const { lastEventId } = first['structuredContent'] as { lastEventId: string };
    const second = await client.call('tools/call', { name: 'events', arguments: { lastEventId } });
    expect(second['structuredContent']).toMatchObject({ items: [{ id: 3 }, { id: 4 }], lastEventId: '4' });
    assertConforms(await client.listTools(), 'events', second['structuredContent']);
  });

  test('it ends after maxMs with what there was, and its generator ends inside the call', async () => {
    const seen: unknown[] = [];
    const router = t.router({
      events: t.procedure.meta({ mcp: { stream: { maxMs: 100 } } }).subscription(async function* ({
        signal,
      }) {
        try {
          yield 1;
          await new Promise((resolve) => signal!.addEventListener('abort', resolve));
        } finally {
          seen.push(getMcpCall()?.tool.path, signal!.aborted);
        }
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', { name: 'events' });
    expect(structuredContent).toEqual({ items: [1], ended: 'maxMs' });
    expect(seen).toEqual(['events', true]);
    assertConforms(await client.listTools(), 'events', structuredContent);
  });

  test('one that comes to its end, and one that is empty, say so', async () => {
    const router = t.router({
      empty: t.procedure.meta({ mcp: true }).subscription(async function* () {}),
      one: t.procedure.meta({ mcp: true }).subscription(async function* () {
        yield 1;
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const empty = await client.call('tools/call', { name: 'empty' });
    expect(empty['structuredContent']).toEqual({ items: [], ended: 'complete' });
    const one = await client.call('tools/call', { name: 'one' });
    expect(one['structuredContent']).toEqual({ items: [1], ended: 'complete' });
    assertConforms(await client.listTools(), 'empty', empty['structuredContent']);
  });

  test('an event emitter is listened to while the call runs, and not any longer', async () => {
    const emitter = new EventEmitter();
    const failures: CallFailure[] = [];
    const router = t.router({
      events: t.procedure
        .meta({ mcp: { stream: { maxItems: 2, maxMs: 10_000 } } })
        .subscription(async function* ({ signal }) {
          for await (const [value] of on(emitter, 'event', { signal: signal! })) yield value as number;
        }),
      brief: t.procedure.meta({ mcp: { stream: { maxMs: 50 } } }).subscription(async function* ({ signal }) {
        for await (const [value] of on(emitter, 'event', { signal: signal! })) yield value as number;
      }),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await converse(kind, server.mcp);
    const calling = client.call('tools/call', { name: 'events' });
    await vi.waitFor(() => expect(emitter.listenerCount('event')).toBe(1), 15_000);
    for (const value of [1, 2, 3]) emitter.emit('event', value);
    expect((await calling)['structuredContent']).toEqual({ items: [1, 2], ended: 'maxItems' });
    expect(emitter.listenerCount('event')).toBe(0);
    const brief = await client.call('tools/call', { name: 'brief' });
    expect(brief['structuredContent']).toEqual({ items: [], ended: 'maxMs' });
    expect(emitter.listenerCount('event')).toBe(0);
    expect(emitter.listenerCount('error')).toBe(0);
    expect(failures).toEqual([]);
  });

  test('a generator that ignores its signal is left after a second, and ends when it can', async () => {
    let goOn = () => {};
    let ended = () => {};
    const end = new Promise<void>((resolve) => (ended = resolve));
    const router = t.router({
      deaf: t.procedure.meta({ mcp: { stream: { maxMs: 50 } } }).subscription(async function* () {
        try {
          yield 1;
          await new Promise<void>((resolve) => (goOn = resolve));
          yield 2;
        } finally {
          ended();
        }
      }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', { name: 'deaf' });
    expect(structuredContent).toEqual({ items: [1], ended: 'maxMs' });
    goOn();
    await end;
  });

  test('an error on the way to its end is told to nobody, one before it is the app’s', async () => {
    const failures: CallFailure[] = [];
    const router = t.router({
      late: t.procedure.meta({ mcp: { stream: { maxItems: 1 } } }).subscription(async function* () {
        try {
          yield 1;
        } finally {
          // oxlint-disable-next-line no-unsafe-finally -- what apps do
          throw new Error('could not close');
        }
      }),
      early: t.procedure.meta({ mcp: true }).subscription(async function* () {
        yield 1;
        throw new Error('could not go on');
      }),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await converse(kind, server.mcp);
    const late = await client.call('tools/call', { name: 'late' });
    expect(late['structuredContent']).toEqual({ items: [1], ended: 'maxItems' });
    expect(failures).toEqual([]);
    expect(await client.call('tools/call', { name: 'early' })).toMatchObject({ isError: true });
    expect(failures.map(({ error }) => error.message)).toEqual(['could not go on']);
  });

  test('an observable of older apps is collected and torn down', async () => {
    let tornDown = 0;
    const router = t.router({
      ticks: t.procedure.meta({ mcp: { stream: { maxItems: 3 } } }).subscription(() =>
        observable<number>((observer) => {
          let tick = 0;
          const timer = setInterval(() => observer.next(++tick), 1);
          return () => {
            clearInterval(timer);
            tornDown++;
          };
        }),
      ),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', { name: 'ticks' });
    expect(structuredContent).toEqual({ items: [1, 2, 3], ended: 'maxItems' });
    expect(tornDown).toBe(1);
  });

  test('what it yields is published where the app says what that is, and conforms', async () => {
    const event = z.object({ id: z.number(), at: z.date(), tags: z.set(z.string()) });
    const router = t.router({
      events: t.procedure
        .meta({ mcp: { stream: { maxItems: 2 }, output: event } })
        .subscription(async function* () {
          for (;;) yield { id: 1, at: new Date(0), tags: new Set(['a']) };
        }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const tools = await client.listTools();
    const { outputSchema } = tools[0] as { outputSchema: { properties: { items: unknown } } };
    expect(outputSchema.properties.items).toMatchObject({
      type: 'array',
      items: { type: 'object', properties: { id: { type: 'number' }, at: { format: 'date-time' } } },
    });
    const { structuredContent } = await client.call('tools/call', { name: 'events' });
    const item = { id: 1, at: '1970-01-01T00:00:00.000Z', tags: ['a'] };
    expect(structuredContent).toEqual({ items: [item, item], ended: 'maxItems' });
    assertConforms(tools, 'events', structuredContent);
  });

  test('each item is told as progress, without its id', async () => {
    const router = t.router({
      events: t.procedure.meta({ mcp: { stream: { maxItems: 2 } } }).subscription(() => eventsAfter(0)),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const heard: Heard[] = [];
    const onprogress = (progress: Heard) => heard.push(progress);
    await client.call('tools/call', { name: 'events' }, { onprogress });
    expect(heard).toEqual([
      { progress: 1, message: '{"id":1,"at":"1970-01-01T00:00:00.001Z"}' },
      { progress: 2, message: '{"id":2,"at":"1970-01-01T00:00:00.002Z"}' },
    ]);
  });

  test('a query that says stream is bounded as a subscription is', async () => {
    let ended = 0;
    const router = t.router({
      numbers: t.procedure.meta({ mcp: { stream: { maxItems: 3 } } }).query(async function* () {
        try {
          for (let value = 1; ; value++) yield value;
        } finally {
          ended++;
        }
      }),
      many: t.procedure
        .meta({ mcp: { stream: { maxItems: 10_001, maxMs: Number.POSITIVE_INFINITY } } })
        .query(async function* () {
          for (;;) yield 0;
        }),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await converse(kind, server.mcp);
    const { structuredContent } = await client.call('tools/call', { name: 'numbers' });
    expect(structuredContent).toEqual({ items: [1, 2, 3], ended: 'maxItems' });
    expect(ended).toBe(1);
    assertConforms(await client.listTools(), 'numbers', structuredContent);
    const many = await client.call('tools/call', { name: 'many' });
    expect(many['structuredContent']).toMatchObject({ items: { length: 10_001 }, ended: 'maxItems' });
  });

  test('stream on what is none is the app’s to mend', async () => {
    const failures: CallFailure[] = [];
    const router = t.router({
      list: t.procedure.meta({ mcp: { stream: { maxItems: 3 } } }).query(() => [1, 2, 3]),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await converse(kind, server.mcp);
    expect(await client.call('tools/call', { name: 'list' })).toMatchObject({ isError: true });
    expect(failures.map(({ error, path }) => [path, error.message])).toEqual([
      ['list', expect.stringMatching(/^mcp\.stream, and a subscription, want an async generator/)],
    ]);
  });
});

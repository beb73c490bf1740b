import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/fetch.ts';
import type { McpMeta } from '../src/index.ts';
import { type Answer, eras, headersOf, toMessage } from './messages.ts';
import { costOf, growthOf, mostInProportion } from './growth.ts';
import { trees } from './recursive-unions.ts';
import { ask, callTool, postTo } from './in-process.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const tool = t.procedure.meta({ mcp: true });

/** A hostile text may take as many times of what a harmless one of the same length takes. */
const generously = 30;

interface Carrier {
  name: string;
  method: string;
  params: (text: string) => Record<string, unknown>;
}

const carriers: Carrier[] = [
  {
    name: 'the key of a record',
    method: 'tools/call',
    params: (text) => ({ name: 'record', arguments: { values: { [text]: 'no number' } } }),
  },
  {
    name: 'a key that there is not',
    method: 'tools/call',
    params: (text) => ({ name: 'strict', arguments: { a: 'a', [text]: 1 } }),
  },
  {
    name: 'a value that the message repeats',
    method: 'tools/call',
    params: (text) => ({ name: 'repeats', arguments: { a: text } }),
  },
  {
    name: 'an input that errorFormatter repeats',
    method: 'tools/call',
    params: (text) => ({ name: 'fails', arguments: { a: text } }),
  },
  {
    name: 'a message of the app that quotes it',
    method: 'tools/call',
    params: (text) => ({ name: 'quotes', arguments: { a: text } }),
  },
  {
    name: 'a date',
    method: 'tools/call',
    params: (text) => ({ name: 'dated', arguments: { at: `2026-01-01T00:00:00${text}` } }),
  },
  {
    name: 'a number in a string',
    method: 'tools/call',
    params: (text) => ({ name: 'counted', arguments: { n: `1${text}` } }),
  },
  {
    name: 'bytes',
    method: 'tools/call',
    params: (text) => ({ name: 'filed', arguments: { bytes: `AAAA${text}` } }),
  },
  { name: 'the name of a tool', method: 'tools/call', params: (text) => ({ name: `x${text}` }) },
  {
    name: 'the URI of a resource',
    method: 'resources/read',
    params: (text) => ({ uri: `app://one/${text}` }),
  },
  {
    name: 'the argument of a prompt',
    method: 'prompts/get',
    params: (text) => ({ name: 'greet', arguments: { who: text } }),
  },
  {
    name: 'what is to be completed',
    method: 'completion/complete',
    params: (text) => ({
      ref: { type: 'ref/prompt', name: 'greet' },
      argument: { name: 'mood', value: text },
    }),
  },
  { name: 'a cursor', method: 'resources/list', params: (text) => ({ cursor: text }) },
  {
    name: 'an idempotency key',
    method: 'tools/call',
    params: (text) => ({ name: 'pay', arguments: { _idempotencyKey: text } }),
  },
];

const pieces: [string, (length: number) => string][] = [
  ['line breaks', (length) => '\n'.repeat(length)],
  ['line separators (U+2028)', (length) => '\u2028'.repeat(length)],
  ['carriage returns and line breaks', (length) => '\r\n'.repeat(length / 2)],
  ['line breaks, and spaces between them', (length) => '\n '.repeat(length / 2)],
  ['spaces', (length) => ' '.repeat(length)],
  ['lines that begin as those of a stack do', (length) => '\n at '.repeat(length / 5)],
  ['digits', (length) => '1'.repeat(length)],
  ['colons and digits', (length) => `\n at ${':1'.repeat(length / 2)}`],
  ['percent signs', (length) => '%25'.repeat(length / 3)],
  ['slashes', (length) => '/'.repeat(length)],
  ['braces', (length) => '{'.repeat(length)],
  ['equals signs', (length) => '='.repeat(length)],
];

function createTextRouter() {
  const s = initTRPC.meta<McpMeta>().create({
    isDev: true,
    errorFormatter: ({ shape, input }) => ({ ...shape, data: { ...shape.data, input } }),
  });
  const one = s.procedure.meta({ mcp: true });
  const text = z.object({ a: z.string() });
  return s.router({
    record: one.input(z.object({ values: z.record(z.string(), z.number()) })).query(() => 1),
    strict: one.input(z.strictObject({ a: z.string() })).query(() => 1),
    repeats: one
      .input(
        z.object({
          a: z.string().refine(() => false, { error: ({ input }) => `not this: ${String(input)}` }),
        }),
      )
      .query(() => 1),
    fails: one.input(text).query(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'taken' });
    }),
    quotes: one.input(text).query(({ input }) => {
      throw new TRPCError({ code: 'CONFLICT', message: `taken: ${input.a}` });
    }),
    dated: one.input(z.object({ at: z.date() })).query(() => 1),
    counted: one.input(z.object({ n: z.number() })).query(() => 1),
    filed: one.input(z.object({ bytes: z.instanceof(Uint8Array) })).query(() => 1),
    pay: s.procedure.meta({ mcp: { idempotent: true } }).mutation(() => 1),
    read: s.procedure
      .meta({ mcp: { tool: false, resource: { uri: 'app://two/{id}/{part}' } } })
      .input(z.object({ id: z.string(), part: z.string() }))
      .query(({ input }) => input.id.length),
    greet: s.procedure
      .meta({ mcp: { tool: false, prompt: true } })
      .input(z.object({ who: z.string(), mood: z.enum(['good', 'bad']).optional() }))
      .query(() => 'Hello'),
  });
}

test.each(carriers)('a hostile text costs no more than another as $name', async ({ method, params }) => {
  const handler = mcpHandler(createTextRouter(), { onError: () => {} });
  const length = 9000;
  const send = (text: string) => ask(handler, 'modern', method, params(text));
  // What is compiled with the first ones is not of them.
  for (let round = 0; round < 5; round++) await send('b'.repeat(length));
  const harmless = await costOf(() => send('b'.repeat(length)), 1);
  for (const [name, make] of pieces) {
    const hostile = await costOf(() => send(make(length)), 1);
    expect(hostile / harmless, name).toBeLessThan(generously);
  }
});

test.each(['accept', 'content-type', 'mcp-name', 'mcp-method', 'authorization', 'origin', 'mcp-session-id'])(
  'a header %s costs no more than in proportion to its length',
  async (name) => {
    const handler = mcpHandler(t.router({ one: tool.query(() => 1) }), {
      legacy: 'sessions',
      onError: () => {},
    });
    const text = JSON.stringify(toMessage('modern', 'tools/call', { name: 'one' }));
    const base = headersOf('modern', 'tools/call', { name: 'one' });
    for (const piece of ['b', ' ', ',', ';', '/', '=', '"', '=?', '.', 'a ', ';a=', '[', '\t']) {
      const growth = await growthOf((size) => {
        const value = `a${piece.repeat(size / piece.length)}b`;
        return () => postTo(handler, text, { ...base, [name]: value });
      }, 12_000);
      expect(growth, JSON.stringify(piece)).toBeLessThan(mostInProportion);
    }
  },
);

/** The bytes of an answer, whatever is in it. */
const sizeOf = ({ body }: Answer) => JSON.stringify(body).length;
const metaOf = ({ body }: Answer) => (body as { result: { _meta?: unknown } }).result._meta;
/** The lists in a value, and what of it is text that holds one. */
function listsIn(value: unknown): unknown[][] {
  if (typeof value === 'string') {
    try {
      const inner: unknown = JSON.parse(value);
      return typeof inner === 'object' ? listsIn(inner) : [];
    } catch {
      return [];
    }
  }
  if (typeof value !== 'object' || value === null) return [];
  return [...(Array.isArray(value) ? [value] : []), ...Object.values(value).flatMap(listsIn)];
}

const wide: [string, z.ZodType, (count: number) => unknown][] = [
  ['elements', z.array(z.number()), (count) => Array.from({ length: count }, () => 'x')],
  [
    'objects in a list',
    z.array(z.object({ name: z.string(), at: z.date() })),
    (count) => Array.from({ length: count }, () => ({})),
  ],
  [
    'entries of a record',
    z.record(z.string(), z.number()),
    (count) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'x'])),
  ],
  [
    'elements that are unions',
    z.array(z.union([z.object({ a: z.number() }), z.object({ b: z.boolean() }), z.array(z.date())])),
    (count) => Array.from({ length: count }, () => ({ c: 1 })),
  ],
];

describe.each([
  ['as it is', t],
  [
    'with a formatter that repeats the issues',
    initTRPC.meta<McpMeta>().create({
      isDev: false,
      errorFormatter: ({ shape, error }) => ({
        ...shape,
        data: {
          ...shape.data,
          zodError: error.cause instanceof z.ZodError ? z.treeifyError(error.cause) : null,
        },
      }),
    }),
  ],
] as const)('the error shape, %s,', (_, s) => {
  test.each(wide)('tells ten problems of many %s, and how many there were', async (_name, schema, make) => {
    const router = s.router({
      many: s.procedure
        .meta({ mcp: true })
        .input(z.object({ many: schema }))
        .query(() => 1),
    });
    const handler = mcpHandler(router, { onError: () => {} });
    const send = (count: number) => callTool(handler, 'modern', 'many', { many: make(count) });
    const [some, many] = [await send(200), await send(3000)];
    expect(many.body).toMatchObject({ result: { isError: true } });
    expect(sizeOf(many)).toBeLessThan(2 * sizeOf(some));
    expect(Math.max(0, ...listsIn(metaOf(many)).map(({ length }) => length))).toBeLessThanOrEqual(11);
    const all = _name === 'objects in a list' ? 6000 : 3000;
    expect(metaOf(many)).toMatchObject({ issueCount: all });
  });
});

describe.each(trees)('a refused value of a recursive union of %s', (_, schema, make) => {
  test.each(eras)('is answered with no more than its own length many times (%s)', async (era) => {
    const router = t.router({ tree: tool.input(z.object({ tree: schema })).query(() => 1) });
    const handler = mcpHandler(router, { repair: false, onError: () => {} });
    const small = sizeOf(await callTool(handler, era, 'tree', { tree: make(3) }));
    // What doubles with every level is told by few.
    for (const depth of [5, 6, 7]) {
      const args = { tree: make(depth) };
      const size = sizeOf(await callTool(handler, era, 'tree', args));
      expect(size, `at depth ${depth}`).toBeLessThan(5 * (small + JSON.stringify(args).length));
    }
  });
});

test.each(eras)('a long key is not told many times (%s)', async (era) => {
  const router = t.router({
    record: tool.input(z.object({ r: z.record(z.string(), z.array(z.number())) })).query(() => 1),
  });
  const handler = mcpHandler(router, { onError: () => {} });
  const args = { r: { ['k'.repeat(20_000)]: Array.from({ length: 500 }, () => 'x') } };
  const answer = await callTool(handler, era, 'record', args);
  expect(sizeOf(answer)).toBeLessThan(20 * JSON.stringify(args).length);
});

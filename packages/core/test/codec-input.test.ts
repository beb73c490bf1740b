import { initTRPC } from '@trpc/server';
import { octetInputParser } from '@trpc/server/http';
import { toJsonSchema } from '@valibot/to-json-schema';
import { type } from 'arktype';
import superjson from 'superjson';
import * as s from 'superstruct';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import * as y from 'yup';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import { SetupError, type HandlerOptions, type McpMeta, type SetupProblem } from '../src/index.ts';
import { clientKinds, connect, toolError } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ transformer: superjson });
const tool = t.procedure.meta({ mcp: true });

const at = new Date('2026-01-31T09:00:00Z');
const now = '2026-01-31T09:00:00Z';

class Money {
  readonly cents: number;
  constructor(cents: number) {
    this.cents = cents;
  }
}

describe.each(clientKinds)('a client of kind %s', (kind) => {
  /** Calls tools in turn, after the client has seen the list. */
  async function ask(
    router: ReturnType<typeof t.router>,
    calls: [name: string, args: Record<string, unknown>][],
    options: HandlerOptions = {},
  ) {
    await using server = await serve(mcpHandler(router, options));
    await using client = await connect[kind](server.mcp);
    const listed = await client.listTools();
    const results = [];
    for (const [name, args] of calls) results.push(await client.callTool({ name, arguments: args }));
    return { listed, results };
  }

  test('sends what meta.mcp.input shows, where the parser shows nothing', async () => {
    const idSchema = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] } as const;
    const received: unknown[] = [];
    const save = ({ input }: { input: unknown }) => void received.push(input);
    const shown = (input: unknown) => t.procedure.meta({ mcp: { input } });
    const router = t.router({
      yup: shown(z.object({ at: z.date() }))
        .input(y.object({ at: y.date().required() }))
        .mutation(save),
      superstruct: shown(type({ at: 'Date', n: 'bigint' }))
        .input(s.object({ at: s.date(), n: s.bigint() }))
        .mutation(save),
      plain: shown(idSchema)
        .input((value: unknown) => ({ seen: value }))
        .mutation(save),
      scalar: shown({ type: 'number', minimum: 1 })
        .input((value: unknown) => value as number)
        .mutation(save),
    });
    const { listed, results } = await ask(router, [
      ['yup', { at: now }],
      ['superstruct', { at: now, n: '7' }],
      ['plain', { id: 'a' }],
      ['scalar', { input: 4 }],
      ['yup', { at: 'soon' }],
    ]);
    expect(received).toEqual([{ at }, { at, n: 7n }, { seen: { id: 'a' } }, 4]);
    expect(listed.find(({ name }) => name === 'plain')).toMatchObject({ inputSchema: idSchema });
    expect(results.at(-1)).toMatchObject({
      content: [{ text: expect.stringContaining('at: expected an ISO 8601 date-time') }],
      isError: true,
    });
  });

  test('sees another contract than the parser’s where meta.mcp.input says so', async () => {
    const received: unknown[] = [];
    const router = t.router({
      list: t.procedure
        .meta({ mcp: { input: z.object({ page: z.int().min(1) }) } })
        .input(z.object({ page: z.number().default(1), debug: z.boolean().default(false) }))
        .query(({ input }) => void received.push(input)),
    });
    const { listed } = await ask(router, [['list', { page: 2 }]]);
    expect(listed).toMatchObject([
      { inputSchema: { properties: { page: { minimum: 1, type: 'integer' } }, required: ['page'] } },
    ]);
    expect(JSON.stringify(listed)).not.toContain('debug');
    expect(received).toEqual([{ page: 2, debug: false }]);
  });

  test('sends classes that codecs teach, and gets them back', async () => {
    const secret = z.custom<string>((value) => typeof value === 'string');
    const upload = z3.instanceof(File);
    const received: unknown[] = [];
    const router = t.router({
      pay: tool
        .input(z.object({ price: z.instanceof(Money), code: secret, at: z.date() }))
        .output(z.object({ paid: z.instanceof(Money) }))
        .mutation(({ input }) => {
          received.push(input);
          return { paid: new Money(input.price.cents + 1) };
        }),
      upload: tool
        .input(z3.object({ file: upload.describe('A scan') }))
        .mutation(async ({ input }) => ({ name: input.file.name, text: await input.file.text() })),
    });
    const codecs: HandlerOptions['codecs'] = [
      {
        class: Money,
        schema: { type: 'string', pattern: String.raw`^\d+\.\d\d$` },
        decode: (wire) => new Money(Math.round(Number(wire) * 100)),
        encode: (money: Money) => (money.cents / 100).toFixed(2),
      },
      {
        parser: secret,
        schema: { type: 'string', minLength: 3 },
        decode: (wire) => (wire as string).toUpperCase(),
        encode: String,
      },
      { parser: upload, class: File },
    ];
    const { listed, results } = await ask(
      router,
      [
        ['pay', { price: '5.50', code: 'abc', at: now }],
        ['pay', { price: 'free', code: 'abc', at: now }],
        ['upload', { file: { name: 'a.txt', data: 'aGk=' } }],
      ],
      { codecs },
    );
    expect(received).toEqual([{ price: new Money(550), code: 'ABC', at }]);
    expect(listed[0]).toMatchObject({
      inputSchema: {
        properties: { price: { pattern: String.raw`^[0-9]+\.[0-9][0-9]$` }, code: { minLength: 3 } },
      },
      outputSchema: { properties: { paid: { type: 'string' } } },
    });
    expect(results).toMatchObject([
      { structuredContent: { paid: '5.51' } },
      { content: [{ text: expect.stringMatching(/price: expected .*received "free"/) }], isError: true },
      { structuredContent: { name: 'a.txt', text: 'hi' } },
    ]);
  });

  test('calls valibot with the converter that was handed in', async () => {
    const received: unknown[] = [];
    const router = t.router({
      save: tool
        .input(v.object({ at: v.date(), ids: v.set(v.bigint()) }))
        .mutation(({ input }) => void received.push(input)),
    });
    const options = { converters: { valibot: toJsonSchema } };
    await ask(router, [['save', { at: now, ids: ['1', '2'] }]], options);
    expect(received).toEqual([{ at, ids: new Set([1n, 2n]) }]);
  });

  test('has its nearly right arguments repaired, unless repair is off', async () => {
    const received: unknown[] = [];
    const router = t.router({
      find: tool
        .input(
          z.object({
            filter: z.object({ tags: z.array(z.string()) }),
            limit: z.number(),
            deep: z.boolean(),
            since: z.date(),
            text: z.string(),
          }),
        )
        .query(({ input }) => void received.push(input)),
    });
    const sloppy = {
      filter: '{"tags":["5"]}',
      limit: '5',
      deep: 'true',
      since: '2026-01-31',
      text: '{"a":1}',
    };
    const { results } = await ask(router, [['find', sloppy]]);
    expect(results).toMatchObject([{ isError: undefined }]);
    expect(received).toEqual([
      {
        filter: { tags: ['5'] },
        limit: 5,
        deep: true,
        since: new Date('2026-01-31T00:00:00Z'),
        text: '{"a":1}',
      },
    ]);
    const strict = await ask(router, [['find', sloppy]], { repair: false });
    expect(strict.results).toMatchObject([{ isError: true }]);
    const { text } = (strict.results[0]!.content as { text: string }[])[0]!;
    for (const path of ['filter', 'limit', 'deep', 'since']) expect(text).toContain(`${path}: `);
    expect(text).not.toContain('text: ');
    expect(received).toHaveLength(1);
  });

  test('reads what is wrong in terms of what it sent', async () => {
    const router = t.router({
      dates: tool.input(z.object({ since: z.date(), ids: z.array(z.bigint()) })).query(() => 'unreachable'),
      day: tool.input(z.date()).query(() => 'unreachable'),
      rates: tool
        .input(z.object({ rates: z.map(z.string(), z.number()), days: z.set(z.date()) }))
        .query(() => 'unreachable'),
    });
    const { results } = await ask(router, [
      ['dates', { since: 'soon', ids: ['1', 'x'] }],
      ['day', { input: 'soon' }],
      ['rates', { rates: { 'a b': 'much' }, days: [now, 'soon'] }],
    ]);
    const expected = 'expected an ISO 8601 date-time such as 2026-01-31T09:00:00Z, received "soon"';
    const texts = results.map(({ content }) => (content as { text: string }[])[0]!.text);
    expect(results).toMatchObject(texts.map((text) => toolError(text)));
    expect(texts[0]).toContain(`since: ${expected}`);
    expect(texts[0]).toMatch(/ids\[1\]: expected an integer.*received "x"/);
    expect(texts[1]).toContain(`input: ${expected}`);
    expect(texts[2]).toContain(`days[1]: ${expected}`);
    expect(texts[2]).toMatch(/rates\["a b"\]: /);
  });

  test('fills in a form and sends bytes', async () => {
    const router = t.router({
      form: tool.input(z.instanceof(FormData)).mutation(async ({ input }) => ({
        title: input.get('title'),
        tags: input.getAll('tags'),
        scan: await (input.get('scan') as File).text(),
        name: (input.get('scan') as File).name,
      })),
      octets: tool
        .input(octetInputParser)
        .mutation(async ({ input }) => ({ text: await new Response(input as never).text() })),
    });
    const { results } = await ask(router, [
      [
        'form',
        { title: 'x', tags: ['a', 'b'], scan: { name: 'a.txt', mimeType: 'text/plain', data: 'aGk=' } },
      ],
      ['octets', { input: 'aGk=' }],
      ['octets', { input: '***' }],
    ]);
    expect(results).toMatchObject([
      { structuredContent: { title: 'x', tags: ['a', 'b'], scan: 'hi', name: 'a.txt' } },
      { structuredContent: { text: 'hi' } },
      { content: [{ text: expect.stringMatching(/input: expected base64/) }], isError: true },
    ]);
  });

  test('sends one object that every stacked input takes its part of', async () => {
    const received: unknown[] = [];
    const router = t.router({
      save: tool
        .input(z.object({ a: z.date() }))
        .input(z3.object({ b: z3.bigint() }))
        .input(type({ 'c?': 'Date' }))
        .mutation(({ input }) => void received.push(input)),
    });
    await ask(router, [['save', { a: now, b: '1', c: now }]]);
    expect(received).toEqual([{ a: at, b: 1n, c: at }]);
  });
});

describe('a set-up error names the procedure and the fix', () => {
  test.each<[string, unknown[], string, RegExp]>([
    ['yup', [y.object({ id: y.string() })], 'CONVERTER_MISSING', /set meta\.mcp\.input/],
    ['superstruct', [s.object({ id: s.string() })], 'CONVERTER_MISSING', /set meta\.mcp\.input/],
    ['a function', [(value: unknown) => value], 'CONVERTER_MISSING', /a function .*set meta\.mcp\.input/],
    [
      'valibot',
      [v.object({ id: v.string() })],
      'CONVERTER_MISSING',
      /converters: \{ valibot: toJsonSchema \}/,
    ],
    ['a class of the app', [z.object({ m: z.instanceof(Money) })], 'CODEC_MISSING', /class: Money/],
    ['zod 3 checks', [z3.object({ f: z3.instanceof(File) })], 'CODEC_MISSING', /parser, class: File/],
    ['a symbol', [z.object({ s: z.symbol() })], 'SCHEMA_UNSUPPORTED', /s: .*symbol/],
    [
      'strict inputs that contradict each other',
      [z.strictObject({ a: z.string() }), z.strictObject({ b: z.string() })],
      'INPUTS_CONTRADICT',
      /"(a|b)": one input requires it, another one is strict/,
    ],
    [
      'inputs of two types',
      [z.object({ a: z.date() }), z.object({ a: z.string() })],
      'INPUTS_CONTRADICT',
      /"a": two inputs want it to be of different types/,
    ],
  ])('for %s', (_, inputs, code, message) => {
    const procedure = inputs.reduce<typeof tool>(
      (builder, input) => builder.input(input as never) as never,
      tool,
    );
    const router = t.router({ deep: { save: procedure.mutation(() => 1) } });
    expect(problemsOf(() => mcpHandler(router))).toEqual([
      { path: 'deep.save', code, message: expect.stringMatching(message) },
    ]);
  });
});

function problemsOf(mount: () => unknown): readonly SetupProblem[] {
  try {
    mount();
  } catch (error) {
    if (error instanceof SetupError) return error.problems;
    throw error;
  }
  return [];
}

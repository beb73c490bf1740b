import { createTRPCUntypedClient, httpBatchLink, httpLink, splitLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { octetInputParser } from '@trpc/server/http';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import express from 'express';
import fc from 'fast-check';
import superjson from 'superjson';
import { describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { zfd } from 'zod-form-data';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import type { ContentBlock } from '../src/schema/content.ts';
import { compileInput } from '../src/schema/input.ts';
import { compileOutput } from '../src/schema/output.ts';
import { clientKinds, connect, eraOf, type ClientKind } from './clients.ts';
import { isSame, toComparable } from './schema/comparable.ts';
import { casesOf, toArguments } from './schema/generated/cases.ts';
import { seed } from './schema/generated/seed.ts';
import { classic } from './schema/generated/zod.ts';
import { listen } from './server.ts';

vi.setConfig({ testTimeout: 60_000 });

const t = initTRPC.meta<McpMeta>().create({ transformer: superjson });
const tool = t.procedure.meta({ mcp: true });

/** A value, a schema that allows it, and its form on the wire. */
interface Case {
  name: string;
  schema: z.ZodType;
  value: unknown;
  wire: unknown;
  /** Its form without a schema, if that differs. */
  unsaid?: unknown;
}

const at = new Date('2026-01-31T09:00:00.000Z');
const iso = '2026-01-31T09:00:00.000Z';
const bytes = Uint8Array.of(0, 1, 254, 255);

const Tree: z.ZodType = z.object({
  at: z.date(),
  get children() {
    return z.array(Tree).optional();
  },
  get named() {
    return z.map(z.string(), Tree).optional();
  },
  get byId() {
    return z.map(z.bigint(), Tree).optional();
  },
});

const Event = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), value: z.string() }),
  z.object({ kind: z.literal('date'), value: z.date() }),
  z.object({ kind: z.literal('ids'), value: z.set(z.bigint()) }),
]);

const cases: Case[] = [
  { name: 'a Date', schema: z.date(), value: at, wire: iso },
  {
    name: 'a Date of long ago',
    schema: z.date(),
    value: new Date(-6e13),
    wire: '0068-09-03T13:20:00.000Z',
  },
  { name: 'a bigint', schema: z.bigint(), value: -(2n ** 70n), wire: String(-(2n ** 70n)) },
  { name: 'a literal bigint', schema: z.literal(2n), value: 2n, wire: '2' },
  {
    name: 'a Map of dates',
    schema: z.map(z.string(), z.date()),
    value: new Map([['a b', at]]),
    wire: { 'a b': iso },
  },
  {
    name: 'a Map by number',
    schema: z.map(z.number(), z.string()),
    value: new Map([[1.5, 'x']]),
    wire: [[1.5, 'x']],
  },
  {
    name: 'a Map by date',
    schema: z.map(z.date(), z.bigint()),
    value: new Map([[at, 1n]]),
    wire: [[iso, '1']],
  },
  { name: 'an empty Map by string', schema: z.map(z.string(), z.date()), value: new Map(), wire: {} },
  {
    name: 'an empty Map by bigint',
    schema: z.map(z.bigint(), z.date()),
    value: new Map(),
    wire: [],
    unsaid: {},
  },
  { name: 'a Set of dates', schema: z.set(z.date()), value: new Set([at]), wire: [iso] },
  { name: 'an empty Set', schema: z.set(z.bigint()), value: new Set(), wire: [] },
  {
    name: 'a URL',
    schema: z.instanceof(URL),
    value: new URL('https://a.b/c?d=e#f'),
    wire: 'https://a.b/c?d=e#f',
  },
  { name: 'a RegExp', schema: z.instanceof(RegExp), value: /^a\/b$/giu, wire: '/^a\\/b$/giu' },
  { name: 'bytes', schema: z.instanceof(Uint8Array), value: bytes, wire: 'AAH+/w==' },
  { name: 'NaN', schema: z.nan(), value: Number.NaN, wire: 'NaN', unsaid: null },
  { name: 'Infinity', schema: z.literal(Infinity), value: Infinity, wire: 'Infinity', unsaid: null },
  {
    name: 'a number that may be -Infinity',
    schema: z.union([z.number(), z.literal(-Infinity)]),
    value: -Infinity,
    wire: '-Infinity',
    unsaid: null,
  },
  {
    name: 'objects in objects',
    schema: z.object({ a: z.object({ at: z.date(), n: z.bigint(), keep: z.string() }) }),
    value: { a: { at, n: 5n, keep: iso } },
    wire: { a: { at: iso, n: '5', keep: iso } },
  },
  {
    name: 'arrays of arrays',
    schema: z.array(z.array(z.bigint())),
    value: [[1n], [], [2n, 3n]],
    wire: [['1'], [], ['2', '3']],
  },
  {
    name: 'a tuple with rest',
    schema: z.tuple([z.string(), z.date()], z.bigint()),
    value: ['1', at, 2n],
    wire: ['1', iso, '2'],
  },
  { name: 'a record', schema: z.record(z.string(), z.date()), value: { 'x.y': at }, wire: { 'x.y': iso } },
  {
    name: 'optionals, there and not',
    schema: z.object({ a: z.date().optional(), b: z.date().optional() }),
    value: { a: at },
    wire: { a: iso },
  },
  {
    name: 'nullables, null and not',
    schema: z.tuple([z.bigint().nullable(), z.bigint().nullable()]),
    value: [null, 1n],
    wire: [null, '1'],
  },
  {
    name: 'a discriminated union',
    schema: z.array(Event),
    value: [
      { kind: 'text', value: iso },
      { kind: 'date', value: at },
      { kind: 'ids', value: new Set([1n]) },
    ],
    wire: [
      { kind: 'text', value: iso },
      { kind: 'date', value: iso },
      { kind: 'ids', value: ['1'] },
    ],
  },
  {
    name: 'a date or else a text',
    schema: z.array(z.union([z.date(), z.string()])),
    value: [at, 'soon'],
    wire: [iso, 'soon'],
  },
  {
    name: 'a tree, through arrays and Maps',
    schema: Tree,
    value: {
      at,
      children: [{ at, named: new Map([['x', { at, byId: new Map([[7n, { at }]]) }]]) }],
    },
    wire: { at: iso, children: [{ at: iso, named: { x: { at: iso, byId: [['7', { at: iso }]] } } }] },
  },
  {
    name: 'an intersection',
    schema: z.intersection(z.object({ a: z.date() }), z.object({ b: z.set(z.bigint()) })),
    value: { a: at, b: new Set([1n]) },
    wire: { a: iso, b: ['1'] },
  },
];

describe('an argument reaches the resolver as tRPC’s own client sends it', () => {
  test.each(clientKinds)('over MCP %s, as the root and inside an object', async (kind) => {
    const procedures: Record<string, ReturnType<typeof recorder>> = {};
    const received: unknown[] = [];
    const recorder = (schema: z.ZodType) =>
      tool.input(schema).mutation(({ input }) => void received.push(input));
    for (const [index, { schema }] of cases.entries()) {
      procedures[`root${index}`] = recorder(schema);
      procedures[`field${index}`] = recorder(z.object({ v: schema, list: z.array(schema) }));
    }
    await using both = await serveBoth(t.router(procedures), kind);
    for (const [index, { name, schema, value, wire }] of cases.entries()) {
      const calls = [
        [`root${index}`, value, toArguments(compileInput([schema]).schema, wire)],
        [`field${index}`, { v: value, list: [value, value] }, { v: wire, list: [wire, wire] }],
      ] as const;
      for (const [path, sent, args] of calls) {
        await both.trpc.mutation(path, sent);
        expect(await both.call(path, args), name).toMatchObject({ isError: undefined });
        const [overTrpc, overMcp] = received.splice(0);
        expect(await toComparable(overMcp), name).toStrictEqual(await toComparable(overTrpc));
        expect(await isSame(overMcp, sent), name).toBe(true);
      }
    }
  });

  test('for random schemas and values', async () => {
    const { kinds, build } = classic;
    // Left out: superjson knows neither files nor other keys than these, and a transform may return anything.
    const shared = new Set([...kinds].filter((kind) => !['file', 'blob'].includes(kind)));
    const samples = fc
      .sample(casesOf(shared, false, 4), { numRuns: 60, seed })
      .map(({ type, samples: all }) => ({
        schema: build(type),
        samples: all.filter(({ wire }) => !/"(?:constructor|prototype)":/.test(JSON.stringify(wire) ?? '')),
      }));
    const received: unknown[] = [];
    const router = t.router(
      Object.fromEntries(
        samples.map(({ schema }, index) => [
          `p${index}`,
          tool.input(schema).mutation(({ input }) => void received.push(input)),
        ]),
      ),
    );
    let compared = 0;
    await using both = await serveBoth(router, '2026-07-28');
    for (const [index, { schema, samples: all }] of samples.entries()) {
      const { schema: advertised } = compileInput([schema]);
      for (const { value, wire } of all) {
        await both.trpc.mutation(`p${index}`, value);
        const args = toArguments(advertised, wire);
        expect(await both.call(`p${index}`, args), JSON.stringify(args)).toMatchObject({
          isError: undefined,
        });
        const [overTrpc, overMcp] = received.splice(0);
        if (!(await isSame(overMcp, overTrpc))) {
          expect(await toComparable(overMcp), JSON.stringify(args)).toStrictEqual(
            await toComparable(overTrpc),
          );
        }
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(200);
  });

  test.each(clientKinds)('over MCP %s, as a form and as bytes', async (kind) => {
    const received: unknown[] = [];
    const fields = zfd.formData({
      title: zfd.text(),
      size: zfd.numeric(),
      file: zfd.file(),
      tags: zfd.repeatable(),
    });
    const router = t.router({
      form: tool.input(z.instanceof(FormData)).mutation(({ input }) => void received.push(input)),
      fields: tool.input(fields).mutation(({ input }) => void received.push(input)),
      octets: tool.input(octetInputParser).mutation(async ({ input }) => {
        received.push(new Uint8Array(await new Response(input as never).arrayBuffer()));
      }),
    });
    await using both = await serveBoth(router, kind);
    const form = new FormData();
    form.append('title', 'Ä');
    form.append('size', '4');
    form.append('file', new File([bytes], 'a.bin', { type: 'image/png' }));
    for (const tag of ['x', 'y']) form.append('tags', tag);
    const args = {
      title: 'Ä',
      size: 4,
      file: { name: 'a.bin', mimeType: 'image/png', data: 'AAH+/w==' },
      tags: ['x', 'y'],
    };
    for (const [path, sent, wire] of [
      ['form', form, args],
      ['fields', form, args],
      ['octets', bytes, { input: 'AAH+/w==' }],
      ['octets', new Blob([bytes]), { input: 'AAH+/w==' }],
      ['octets', new File([bytes], 'a'), { input: 'AAH+/w==' }],
    ] as const) {
      await both.trpc.mutation(path, sent);
      expect(await both.call(path, wire), path).toMatchObject({ isError: undefined });
      const [overTrpc, overMcp] = received.splice(0);
      expect(await toComparable(overMcp), path).toStrictEqual(await toComparable(overTrpc));
    }
  });
});

describe('a result comes back as tRPC’s own client gets it', () => {
  test.each(clientKinds)('over MCP %s, with .output() and without', async (kind) => {
    const procedures: Record<string, ReturnType<typeof returner>> = {};
    const returner = (schema: z.ZodType, value: unknown, told: boolean) =>
      told ? tool.output(schema).query(() => value as never) : tool.query(() => value as never);
    const variants = cases.flatMap(({ name, schema, value, unsaid }) => [
      { name, schema, value, unsaid },
      {
        name: `${name}, inside`,
        schema: z.object({ v: schema, list: z.array(schema) }),
        value: { v: value, list: [value] },
        unsaid: unsaid === undefined ? undefined : { v: unsaid, list: [unsaid] },
      },
    ]);
    for (const [index, { schema, value }] of variants.entries()) {
      procedures[`told${index}`] = returner(schema, value, true);
      procedures[`untold${index}`] = returner(schema, value, false);
    }
    await using both = await serveBoth(t.router(procedures), kind);
    for (const [index, { name, schema, value, unsaid }] of variants.entries()) {
      const output = compileOutput(schema);
      for (const path of [`told${index}`, `untold${index}`]) {
        const overTrpc = await both.trpc.query(path);
        expect(await isSame(overTrpc, value), name).toBe(true);
        const { isError, structuredContent, content } = await both.call(path);
        expect(isError, name).toBeUndefined();
        const isTold = path.startsWith('told');
        // Without a schema, clients of 2025 get a value that is not an object as `{ result }`.
        const isWrapped =
          eraOf[kind] === 'legacy' &&
          (isTold ? output.wrapped : !isObject(compileOutput(undefined).encode(value)));
        const json = isWrapped ? (structuredContent as { result: unknown }).result : structuredContent;
        if (!isTold && unsaid !== undefined) {
          expect(json, name).toStrictEqual(unsaid);
          continue;
        }
        const overMcp = output.decode(json, content as ContentBlock[]);
        expect(await toComparable(overMcp), name).toStrictEqual(await toComparable(overTrpc));
      }
    }
  });
});

function isObject(encoded: unknown): boolean {
  const { json } = encoded as { json: unknown };
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}

/** Serves one router over tRPC with superjson, and over MCP with an official client. */
async function serveBoth(router: ReturnType<typeof t.router>, kind: ClientKind) {
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router }));
  app.use('/mcp', mcpHandler(router, { structured: 'always' }));
  const server = await listen(app);
  const client = await connect[kind](server.mcp);
  // The official clients check results against the schemas of the list.
  await client.listTools();
  const url = `${server.url}/trpc`;
  const asIs = { serialize: (value: unknown) => value, deserialize: superjson.deserialize };
  const trpc = createTRPCUntypedClient<typeof router>({
    links: [
      splitLink({
        condition: ({ input, path }) => path === 'octets' || input instanceof FormData,
        true: httpLink({ url, transformer: asIs }),
        false: httpBatchLink({ url, transformer: superjson }),
      }),
    ],
  });
  return {
    trpc,
    call: (name: string, args?: unknown) =>
      client.callTool(args === undefined ? { name } : { name, arguments: args as Record<string, unknown> }),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

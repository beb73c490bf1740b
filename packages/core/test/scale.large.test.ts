import { initTRPC } from '@trpc/server';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import type { Era } from '../src/catalog/era.ts';
import type { ListedTool } from '../src/catalog/tool.ts';
import { connect, toolValue } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const count = 1000;
const t = initTRPC.meta<McpMeta>().create();

interface Sample {
  input?: z.ZodType;
  output?: z.ZodType;
  /** Arguments as a client sends them. */
  args?: Record<string, unknown>;
  value: unknown;
}

interface Tree {
  name: string;
  children: Tree[];
}

const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(tree);
  },
});
const address = z.object({ street: z.string(), zip: z.string().regex(/^\d{5}$/) }).meta({ id: 'Address' });

/** One schema of every kind that apps write, with numbers in it so that no two procedures are equal. */
const samples: ((n: number) => Sample)[] = [
  (n) => ({ value: { n } }),
  (n) => ({
    input: z.object({
      id: z.uuid(),
      limit: z
        .int()
        .min(1)
        .max(n + 1)
        .default(1),
    }),
    args: { id: '7f2b1b5e-3c1e-4d55-9d0c-1d4f3b1f6a11' },
    value: { n },
  }),
  (n) => ({
    input: z.object({
      email: z.email(),
      roles: z
        .array(z.enum(['admin', `role${n}`]))
        .max(3)
        .optional(),
    }),
    output: z.object({ n: z.number(), roles: z.array(z.string()) }),
    args: { email: 'ada@example.com', roles: [`role${n}`] },
    value: { n, roles: ['x'] },
  }),
  (n) => ({
    input: z.object({ tree, depth: z.literal(n).optional() }),
    output: tree,
    args: { tree: { name: 'a', children: [{ name: 'b', children: [] }] } },
    value: { name: String(n), children: [{ name: 'leaf', children: [] }] },
  }),
  (n) => ({
    input: z.object({ home: address, work: address.optional() }),
    output: z.object({ home: address, n: z.literal(n) }),
    args: { home: { street: 'Main', zip: '12345' } },
    value: { home: { street: 'Main', zip: '12345' }, n },
  }),
  (n) => ({
    input: z.object({
      filter: z.discriminatedUnion('by', [
        z.object({ by: z.literal('name'), name: z.string().min(1) }),
        z.object({ by: z.literal('age'), from: z.number(), to: z.number().nullable() }),
      ]),
    }),
    args: { filter: { by: 'age', from: n, to: null } },
    value: { n },
  }),
  (n) => ({
    input: z.object({
      counts: z.record(z.string(), z.number()),
      pair: z.tuple([z.string(), z.number()]).optional(),
    }),
    output: z.record(z.string(), z.number()),
    args: { counts: { a: n }, pair: ['a', n] },
    value: { n },
  }),
  (n) => ({
    input: z
      .object({ from: z.iso.date(), to: z.iso.date(), step: z.number().multipleOf(0.5).optional() })
      .refine(({ from, to }) => from < to),
    output: z.object({ n: z.int(), next: z.string().nullable() }),
    args: { from: '2026-01-01', to: '2026-02-01' },
    value: { n, next: null },
  }),
  (n) => ({
    input: z.strictObject({
      name: z.string().trim().min(1).max(80).describe(`Name ${n}`),
      note: z.string().nullish(),
    }),
    args: { name: 'x', note: null },
    value: { n },
  }),
  (n) => ({
    input: z.object({ a: z.number() }).and(z.object({ b: z.string().optional() })),
    output: z.object({ n: z.number(), either: z.union([z.string(), z.number(), z.boolean()]) }),
    args: { a: n },
    value: { n, either: true },
  }),
];

const sampleOf = (n: number) => samples[n % samples.length]!(n);

function makeRouter() {
  const groups: Record<string, Record<string, ReturnType<typeof makeProcedure>>> = {};
  for (let n = 0; n < count; n++) (groups[`group${n % 20}`] ??= {})[`procedure${n}`] = makeProcedure(n);
  return t.router(groups);
}

function makeProcedure(n: number) {
  const { input, output, value } = sampleOf(n);
  const withInput = input ? t.procedure.meta({ mcp: true }).input(input) : t.procedure.meta({ mcp: true });
  const procedure = output ? withInput.output(output) : withInput;
  return n % 2 === 0 ? procedure.query(() => value) : procedure.mutation(() => value);
}

const nameOf = (n: number) => `group${n % 20}_procedure${n}`;

test(
  'a thousand procedures are listed in both eras, each with schemas that are valid',
  { timeout: 30_000 },
  async () => {
    await using server = await serve(mcpHandler(makeRouter()));
    const [modern, legacy] = await Promise.all(eras.map((era) => listTools(server.mcp, era)));
    const names = Array.from({ length: count }, (_, n) => nameOf(n)).toSorted();
    expect(modern!.map(({ name }) => name)).toEqual(names);
    expect(legacy!.map(({ name, inputSchema }) => ({ name, inputSchema }))).toEqual(
      modern!.map(({ name, inputSchema }) => ({ name, inputSchema })),
    );

    // The formats are checked by the validators of the app, not by ajv.
    const options = {
      strict: true,
      allowUnionTypes: true,
      validateFormats: false,
      code: { optimize: false },
    };
    const ajv = new Ajv2020(options);
    const faults = modern!.flatMap((tool, index) => {
      const { args = {}, value, ...sample } = sampleOf(numberOf(tool.name));
      // A recursive schema is not listed, because some clients would refuse the whole list.
      const output = sample.output === tree ? undefined : sample.output;
      const old = legacy![index]!;
      return [
        findFault(ajv, tool.name, tool.inputSchema, args),
        ...(output ? [findFault(ajv, tool.name, tool.outputSchema, value)] : []),
        ...(output
          ? [findFault(ajv, tool.name, old.outputSchema, isWrapped(old) ? { result: value } : value)]
          : []),
        ...(output ? [] : [tool.outputSchema, old.outputSchema]),
      ].filter((fault) => fault !== undefined);
    });
    expect(faults.slice(0, 3)).toEqual([]);
    expect(modern!.filter(({ inputSchema }) => inputSchema.type !== 'object')).toEqual([]);
    expect(legacy!.filter(({ outputSchema }) => outputSchema && outputSchema.type !== 'object')).toEqual([]);
  },
);

test('any of a thousand tools is called in both eras', { timeout: 30_000 }, async () => {
  await using server = await serve(mcpHandler(makeRouter()));
  // Every tenth one, with a shift so that each kind of procedure is used.
  const asked = Array.from({ length: 100 }, (_, k) => k * 10 + (k % 10));
  const answers = await Promise.all(
    asked.map((n, k) => call(server.mcp, eras[k % 2]!, nameOf(n), sampleOf(n).args ?? {})),
  );
  expect(answers).toMatchObject(
    asked.map((n) => ({ status: 200, body: { result: { structuredContent: sampleOf(n).value } } })),
  );
});

test('the official clients take the whole list and check results by it', { timeout: 30_000 }, async () => {
  await using server = await serve(mcpHandler(makeRouter()));
  for (const kind of ['2026-07-28', '2025-11-25'] as const) {
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toHaveLength(count);
    for (let n = 0; n < samples.length; n++) {
      const { args = {}, value } = sampleOf(n);
      expect(await client.callTool({ name: nameOf(n), arguments: args })).toEqual(toolValue(value));
    }
  }
});

async function listTools(url: string, era: Era): Promise<ListedTool[]> {
  const { body } = await request(url, era, 'tools/list');
  return (body as { result: { tools: ListedTool[] } }).result.tools;
}

function findFault(ajv: Ajv2020, name: string, schema: object | undefined, value: unknown): unknown {
  if (!schema) return { name, error: 'no schema' };
  try {
    return ajv.validate(schema, value) ? undefined : { name, schema, errors: ajv.errors };
  } catch (error) {
    return { name, schema, error: String(error) };
  }
}

/** Clients of 2025 accept only objects, so other values are sent to them as `{ result }`. */
function isWrapped(tool: ListedTool): boolean {
  return JSON.stringify(tool.outputSchema?.['required']) === '["result"]';
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)![0]);
}

import { initTRPC } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { z as z3 } from 'zod3';
import { mcpHandler } from '../src/adapters/express.ts';
import type { CallFailure, McpMeta, McpSettings, SetupError } from '../src/index.ts';
import { clientKinds, connect, eraOf } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const tagged = (mcp: McpSettings) => t.procedure.meta({ mcp });

afterEach(() => vi.unstubAllEnvs());

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('takes a list with bounds of zod 3 and with intersections, and their results', async () => {
    const amount = z3.object({ amount: z3.number().positive().lt(10) });
    const kinds = z3.discriminatedUnion('kind', [
      z3.object({ kind: z3.literal('a'), a: z3.string() }),
      z3.object({ kind: z3.literal('b'), b: z3.number().negative() }),
    ]);
    const router = t.router({
      one: tool.output(z3.array(amount.and(kinds))).query(() => [
        { amount: 1, kind: 'a' as const, a: 'x' },
        { amount: 2, kind: 'b' as const, b: -1 },
      ]),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toHaveLength(1);
    const { isError, structuredContent } = await client.callTool({ name: 'one' });
    const list = [
      { amount: 1, kind: 'a', a: 'x' },
      { amount: 2, kind: 'b', b: -1 },
    ];
    expect({ isError, structuredContent }).toEqual({
      isError: undefined,
      structuredContent: eraOf[kind] === 'modern' ? list : { result: list },
    });
  });

  test('knows the schema of an optional output, and takes undefined', async () => {
    const task = z.object({ id: z.string() });
    const router = t.router({
      next: tool
        .input(z.object({ has: z.boolean() }))
        .output(task.optional())
        .query(({ input }) => (input.has ? { id: 'a' } : undefined)),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools())[0]!['outputSchema']).toBeDefined();
    const isModern = eraOf[kind] === 'modern';
    const resultOf = async (has: boolean) =>
      (await client.callTool({ name: 'next', arguments: { has } })).structuredContent;
    expect(await resultOf(true)).toEqual(isModern ? { id: 'a' } : { result: { id: 'a' } });
    expect(await resultOf(false)).toEqual(isModern ? null : {});
  });

  test('takes results that it would check more strictly than the validator', async () => {
    const router = t.router({
      one: tool
        .output(
          z3.object({ price: z3.number().multipleOf(0.01), at: z3.string().time(), url: z3.string().url() }),
        )
        .query(() => ({ price: 0.07, at: '10:00:00', url: 'https://x.example/ü' })),
      two: tool
        .output(z.object({ meta: z.any(), list: z.array(z.union([z.string(), z.undefined()])) }))
        .query(() => ({ meta: undefined, list: ['a', undefined] })),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    await client.listTools();
    const resultOf = async (name: string) => (await client.callTool({ name })).structuredContent;
    expect([await resultOf('one'), await resultOf('two')]).toEqual([
      { price: 0.07, at: '10:00:00', url: 'https://x.example/ü' },
      { list: ['a', null] },
    ]);
  });

  test('gets all other tools in production if the schema of one is not valid', async () => {
    const failures: CallFailure[] = [];
    const old = { type: 'object', properties: { size: { type: 'number', exclusiveMinimum: true } } };
    const router = t.router({
      good: tool.query(() => 1),
      bad: tagged({ input: old })
        .input(z.any())
        .query(() => 1),
      worse: tagged({ output: old }).query(() => 1),
    });
    await using server = await serve(mcpHandler(router, { onError: (failure) => failures.push(failure) }));
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['good']);
    expect(
      failures.map(({ path, error }) => [path, (error as SetupError).problems.map(({ code }) => code)]),
    ).toEqual([
      ['bad', ['SCHEMA_INVALID']],
      ['worse', ['SCHEMA_INVALID']],
    ]);
  });
});

test('in development, a schema that is not valid is a problem of set-up', () => {
  vi.stubEnv('NODE_ENV', 'development');
  const input = { type: 'object', properties: { size: { type: 'number', exclusiveMinimum: true } } };
  const router = t.router({
    bad: tagged({ input })
      .input(z.any())
      .query(() => 1),
  });
  expect(() => mcpHandler(router)).toThrow(
    'bad: its input is published as a JSON Schema that is not valid: #/properties/size: exclusiveMinimum has to be a number',
  );
});

test('a file of a form that zod-form-data makes with zod 3 needs no codec', async () => {
  // zfd.file(), as zod-form-data 2 has it.
  const file = (schema: z3.ZodTypeAny = z3.instanceof(File)) =>
    z3.preprocess((value) => (value instanceof File && value.size === 0 ? undefined : value), schema);
  const router = t.router({
    upload: tool
      .input(z3.object({ one: file(), many: z3.array(file()), other: file(z3.instanceof(File).optional()) }))
      .mutation(async ({ input }) => [
        await (input.one as File).text(),
        input.many.length,
        input.other === undefined,
      ]),
  });
  await using server = await serve(mcpHandler(router));
  await using client = await connect['2026-07-28'](server.mcp);
  const one = { name: 'a.txt', mimeType: 'text/plain', data: btoa('hello') };
  const { structuredContent } = await client.callTool({
    name: 'upload',
    arguments: { one, many: [one, one] },
  });
  expect(structuredContent).toEqual(['hello', 2, true]);
});

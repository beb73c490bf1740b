import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { type CallFailure, mcpDefaults, type McpMeta, SetupError } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const answer = (text: string) => tool.query(() => ({ text }));

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('reaches procedures that are named like methods of functions and promises', async () => {
    const names = [
      'call',
      'apply',
      'bind',
      'then',
      'catch',
      'toString',
      'constructor',
      'prototype',
      'name',
      'length',
    ];
    // A plain record, because tRPC reserves some of these words in a call of router().
    const job = Object.fromEntries(names.map((name) => [name, answer(name)]));
    await using server = await serve(mcpHandler(t.router({ job, deep: { down: { under: job } } })));
    await using client = await connect[kind](server.mcp);
    const prefixes = ['deep_down_under', 'job'];
    const expected = prefixes.flatMap((prefix) => names.map((name) => `${prefix}_${name}`));
    expect((await client.listTools()).map(({ name }) => name)).toEqual(expected.toSorted());
    for (const name of names) {
      expect(await client.callTool({ name: `job_${name}` })).toEqual(toolValue({ text: name }));
      expect(await client.callTool({ name: `deep_down_under_${name}` })).toEqual(toolValue({ text: name }));
    }
  });

  test('reaches lazy routers at the root, in eager, in merged and in lazy ones', async () => {
    const leaf = t.router({ leaf: answer('leaf') });
    const nested = t.router({ inner: lazy(async () => leaf), own: answer('own') });
    const router = t.mergeRouters(
      t.router({ a: lazy(async () => nested), eager: t.router({ b: lazy(async () => nested) }) }),
      t.router({ merged: lazy(async () => ({ default: leaf })), plain: answer('plain') }),
    );
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    const expected = {
      a_inner_leaf: 'leaf',
      a_own: 'own',
      eager_b_inner_leaf: 'leaf',
      eager_b_own: 'own',
      merged_leaf: 'leaf',
      plain: 'plain',
    };
    expect((await client.listTools()).map(({ name }) => name)).toEqual(Object.keys(expected));
    for (const [name, text] of Object.entries(expected)) {
      expect(await client.callTool({ name })).toEqual(toolValue({ text }));
    }
  });

  test('loses only the tools of a lazy router that does not import', async () => {
    const failures: CallFailure[] = [];
    const router = t.router({
      fine: answer('fine'),
      slow: lazy(async () => t.router({ leaf: answer('leaf') })),
      broken: lazy(() => Promise.reject(new Error('cannot find module'))),
    });
    const handler = mcpHandler(router, { onError: (failure) => failures.push(failure) });
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['fine', 'slow_leaf']);
    expect(await client.callTool({ name: 'slow_leaf' })).toEqual(toolValue({ text: 'leaf' }));
    await expect(client.callTool({ name: 'broken_leaf' })).rejects.toMatchObject({ code: -32_602 });
    expect(failures).toEqual([
      { error: expect.any(SetupError), reference: expect.stringMatching(/./), path: 'broken' },
    ]);
    await expect(handler.ready()).rejects.toMatchObject({
      name: 'SetupError',
      problems: [
        { code: 'LAZY_FAILED', path: 'broken', message: expect.stringContaining('cannot find module') },
      ],
    });
  });

  test('loses only the bad procedures of a lazy router', async () => {
    const late = t.router({
      good: answer('good'),
      clash: tool.meta({ mcp: { name: 'taken' } }).query(() => 1),
      written: tool.meta({ mcp: { prompt: true } }).mutation(() => 'Hi'),
    });
    const router = t.router({ taken: answer('first'), late: lazy(async () => late) });
    const handler = mcpHandler(router, { onError: () => undefined });
    await using server = await serve(handler);
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['late_good', 'taken']);
    expect(await client.callTool({ name: 'taken' })).toEqual(toolValue({ text: 'first' }));
    await expect(handler.ready()).rejects.toMatchObject({
      problems: [
        { code: 'NAME_CLASH', path: 'late.clash' },
        { code: 'NOT_A_QUERY', path: 'late.written' },
      ],
    });
  });

  test('is kept waiting by lazy routers that load, and then sees them', async () => {
    let load = () => {};
    const loading = new Promise<void>((resolve) => (load = resolve));
    const late = lazy(async () => {
      await loading;
      return t.router({ leaf: answer('leaf') });
    });
    const handler = mcpHandler(t.router({ late, early: answer('early') }));
    let requests = 0;
    await using server = await serve(handler, (_req, _res, next) => {
      // The list is requested while the router loads.
      if (++requests === 1) setImmediate(load);
      next();
    });
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['early', 'late_leaf']);
    await handler.ready();
  });

  test('sees no trace of untagged procedures, whatever they hold', async () => {
    const explode = (): never => {
      throw new Error('an untagged procedure was looked at');
    };
    const hostile = Object.defineProperties(
      { parse: (value: unknown) => value },
      {
        '~standard': { get: explode },
        toJSONSchema: { get: explode },
        shape: { get: explode },
      },
    );
    const tagged = z.object({ at: z.string() });
    const router = t.router({
      hostile: t.procedure.input(hostile).query(() => 1),
      off: t.procedure
        .meta({ mcp: false })
        .input(hostile)
        .query(() => 1),
      defaultsOnly: t.procedure.use(mcpDefaults({ annotations: { readOnlyHint: true } })).query(() => 1),
      odd: t.procedure
        .input(z.custom<() => void>())
        .output(z.instanceof(Map))
        .query(() => new Map()),
      stream: t.procedure.subscription(async function* () {
        yield 1;
      }),
      'no legal name!': t.procedure.query(() => 1),
      ['x'.repeat(300)]: t.procedure.query(() => 1),
      fine: tool.input(tagged).query(({ input }) => input),
    });
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['fine']);
    expect(await client.callTool({ name: 'fine', arguments: { at: 'x' } })).toEqual(toolValue({ at: 'x' }));
  });

  test('keeps its list when fields hold what JSON has no word for', async () => {
    const fields = {
      date: z.date(),
      bigint: z.bigint(),
      map: z.map(z.string(), z.number()),
      set: z.set(z.string()),
      union: z.union([z.string(), z.date()]),
    };
    const taking = Object.entries(fields).map(([name, field]) => [
      name,
      tool.input(z.object({ field: field.optional() })).query(() => ({ name })),
    ]);
    const giving = Object.entries(fields).map(([name, field]) => [
      `${name}Out`,
      tool.output(z.object({ field: field.optional() })).query(() => ({})),
    ]);
    const router = t.router(Object.fromEntries([...taking, ...giving]));
    await using server = await serve(mcpHandler(router));
    await using client = await connect[kind](server.mcp);
    const names = Object.keys(fields).flatMap((name) => [name, `${name}Out`]);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(names.toSorted());
    for (const name of Object.keys(fields)) {
      expect(await client.callTool({ name, arguments: {} })).toEqual(toolValue({ name }));
      expect(await client.callTool({ name: `${name}Out` })).toEqual(toolValue({}));
    }
  });
});

test.each(eras)(
  'mcpDefaults of base procedures add up, and a leaf has the last word, in the %s era',
  async (era) => {
    const base = t.procedure.use(
      mcpDefaults({ annotations: { openWorldHint: false }, _meta: { 'com.example/team': 'a' } }),
    );
    const router = t.router({
      inherits: base.meta({ mcp: true }).query(() => 1),
      overrides: base.meta({ mcp: { _meta: { 'com.example/team': 'b' } } }).query(() => 1),
      sibling: base.meta({ mcp: { title: 'Sibling' } }).query(() => 1),
    });
    await using server = await serve(mcpHandler(router));
    const { body } = await request(server.mcp, era, 'tools/list');
    const annotations = { readOnlyHint: true, openWorldHint: false };
    expect(body).toMatchObject({
      result: {
        tools: [
          { name: 'inherits', annotations, _meta: { 'com.example/team': 'a' } },
          { name: 'overrides', annotations, _meta: { 'com.example/team': 'b' } },
          { name: 'sibling', title: 'Sibling', annotations, _meta: { 'com.example/team': 'a' } },
        ],
      },
    });
    expect((await call(server.mcp, era, 'inherits')).status).toBe(200);
  },
);

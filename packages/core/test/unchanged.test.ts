import { createTRPCClient, httpBatchLink, TRPCClientError } from '@trpc/client';
import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import express from 'express';
import superjson from 'superjson';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpDefaults, type McpMeta } from '../src/index.ts';
import { connect } from './clients.ts';
import { listen } from './server.ts';

test('tRPC clients get the same answers before MCP is mounted, after, and after MCP calls', async () => {
  const t = initTRPC
    .context<{ user: string }>()
    .meta<McpMeta>()
    .create({
      transformer: superjson,
      errorFormatter: ({ shape }) => ({
        ...shape,
        data: { ...shape.data, stack: undefined, house: 'rules' },
      }),
    });
  const base = t.procedure.use(mcpDefaults({ annotations: { openWorldHint: false } }));
  const router = t.router({
    values: base
      .meta({ mcp: true })
      .input(z.object({ at: z.date(), ids: z.set(z.number()).optional(), note: z.string().default('none') }))
      .query(({ input, ctx }) => ({
        ...input,
        by: ctx.user,
        big: 12345678901234567890n,
        map: new Map([['a', { nested: new Date(0) }]]),
        missing: undefined,
        pattern: /x/g,
      })),
    strict: base
      .meta({ mcp: { title: 'Strict' } })
      .input(z.strictObject({ n: z.number().min(1).transform(String) }))
      .output(z.object({ n: z.string() }))
      .mutation(({ input }) => ({ ...input, dropped: true })),
    nothing: base.meta({ mcp: true }).mutation(() => undefined),
    refuse: base.meta({ mcp: true }).query(() => {
      throw new TRPCError({ code: 'FORBIDDEN', message: 'not you' });
    }),
    crash: base.meta({ mcp: true }).query(() => {
      throw new Error('as tRPC tells it');
    }),
    late: lazy(async () => t.router({ leaf: base.meta({ mcp: true }).query(() => new Date(1)) })),
    untagged: t.procedure.query(() => new Set([1])),
  });
  const createContext = ({ req }: CreateExpressContextOptions) => ({
    user: String(req.headers.authorization),
  });

  const askEverything = async (url: string) => {
    const link = httpBatchLink({ url, transformer: superjson, headers: { authorization: 'ada' } });
    const trpc = createTRPCClient<typeof router>({ links: [link] });
    const at = new Date('2026-01-31T09:00:00Z');
    return Promise.all(
      [
        trpc.values.query({ at, ids: new Set([1, 2]) }),
        trpc.values.query({ at: 'not a date' as never }),
        trpc.strict.mutate({ n: 5 }),
        trpc.strict.mutate({ n: 0 }),
        trpc.strict.mutate({ n: 1, extra: true } as never),
        trpc.nothing.mutate(),
        trpc.refuse.query(),
        trpc.crash.query(),
        trpc.late.leaf.query(),
        trpc.untagged.query(),
      ].map((answer) =>
        answer.catch((error: unknown) => {
          if (!(error instanceof TRPCClientError)) throw error;
          return { message: error.message, data: error.data as unknown };
        }),
      ),
    );
  };

  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  await using server = await listen(app);
  const before = await askEverything(`${server.url}/trpc`);
  expect(before[0]).toEqual({
    at: new Date('2026-01-31T09:00:00Z'),
    ids: new Set([1, 2]),
    note: 'none',
    by: 'ada',
    big: 12345678901234567890n,
    map: new Map([['a', { nested: new Date(0) }]]),
    missing: undefined,
    pattern: /x/g,
  });
  expect(before[6]).toMatchObject({ message: 'not you', data: { code: 'FORBIDDEN', house: 'rules' } });

  app.use('/mcp', mcpHandler(router, { createContext, return200ForErrors: true, onError: () => undefined }));
  expect(await askEverything(`${server.url}/trpc`)).toEqual(before);

  for (const kind of ['2026-07-28', '2025-11-25'] as const) {
    await using client = await connect[kind](server.mcp, { authorization: 'bob' });
    const tools = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual([
      'crash',
      'late_leaf',
      'nothing',
      'refuse',
      'strict',
      'values',
    ]);
    for (const { name } of tools) await client.callTool({ name: String(name), arguments: {} });
  }
  expect(await askEverything(`${server.url}/trpc`)).toEqual(before);
});

test('meta that is frozen to the last leaf is served, and stays as it was', async () => {
  const icons = [{ src: 'https://example.com/a.png', sizes: ['48x48'] }];
  const mcp = {
    title: 'One',
    annotations: { idempotentHint: true },
    icons,
    _meta: { 'com.example/a': { b: [1] } },
  };
  const meta = deepFreeze({ mcp });
  const defaults = deepFreeze({
    annotations: { openWorldHint: false },
    icons,
    _meta: { 'com.example/c': 1 },
  });
  const copies = structuredClone({ meta, defaults });
  const t = initTRPC.meta<McpMeta>().create();
  const base = t.procedure.use(mcpDefaults(defaults));
  const one = base.meta(meta).query(() => ({}));
  const two = base.meta(meta).mutation(() => ({}));
  const app = express();
  app.use('/mcp', mcpHandler(t.router({ one, two, again: t.router({ one }) })));
  await using server = await listen(app);
  for (const kind of ['2026-07-28', '2025-11-25'] as const) {
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([
      { name: 'again_one', annotations: { readOnlyHint: true } },
      { name: 'one', annotations: { readOnlyHint: true } },
      { name: 'two', annotations: { readOnlyHint: false } },
    ]);
    await client.callTool({ name: 'two' });
  }
  expect({ meta, defaults }).toEqual(copies);
  expect(one._def.meta).toBe(two._def.meta);
});

test('schemas are what they were: what they publish, what they parse and what they carry', async () => {
  interface Tree {
    name: string;
    children: Tree[];
  }
  const tree: z.ZodType<Tree> = z.object({ name: z.string(), children: z.array(z.lazy(() => tree)) });
  const input = z.object({
    at: z.date().optional(),
    tree: tree.optional(),
    tags: z.set(z.string()).default(new Set(['a'])),
    kind: z
      .discriminatedUnion('is', [z.object({ is: z.literal('x') }), z.object({ is: z.literal('y') })])
      .optional(),
    own: z
      .string()
      .meta({ id: 'Own', title: 'Own', examples: ['e'] })
      .optional(),
  });
  const output = z.object({ at: z.date(), big: z.bigint() });
  const look = () => ({
    input: z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }),
    output: z.toJSONSchema(output, { unrepresentable: 'any' }),
    parsed: input.parse({ at: new Date(0), kind: { is: 'y' } }),
    refused: input.safeParse({ at: '1970-01-01T00:00:00Z' }).success,
    carried: [z.globalRegistry.get(input.shape.own), z.globalRegistry.get(input)],
  });
  const before = structuredCloneable(look());
  const t = initTRPC.meta<McpMeta>().create();
  const router = t.router({
    one: t.procedure
      .meta({ mcp: true })
      .input(input)
      .output(output)
      .query(() => ({ at: new Date(0), big: 1n })),
  });
  const app = express();
  app.use('/mcp', mcpHandler(router));
  await using server = await listen(app);
  for (const kind of ['2026-07-28', '2025-11-25'] as const) {
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toHaveLength(1);
    await client.callTool({ name: 'one', arguments: { tags: ['b'] } });
  }
  expect(structuredCloneable(look())).toEqual(before);
});

function deepFreeze<TValue extends object>(value: TValue): TValue {
  for (const inner of Object.values(value))
    if (typeof inner === 'object' && inner !== null) deepFreeze(inner);
  return Object.freeze(value);
}

/** Makes a deep copy, which does not change with the original. */
function structuredCloneable(value: unknown): unknown {
  return superjson.parse(superjson.stringify(value));
}

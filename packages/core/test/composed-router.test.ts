import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { fromOpenApiMeta, mcpDefaults, type McpMeta, SetupError } from '../src/index.ts';
import { clientKinds, connect, toolError, toolValue } from './clients.ts';
import { request } from './messages.ts';
import { serve } from './server.ts';

interface Context {
  user: string;
}

type AppMeta = McpMeta & { openapi?: { method: 'GET'; path: `/${string}`; summary?: string } };

const createContext = () => ({ user: 'ada' });
const first = initTRPC.context<Context>().meta<McpMeta>().create({ isDev: false });
/** A builder of another package of the same app. */
const second = initTRPC.context<Context>().meta<AppMeta>().create({ isDev: false });
const plain = initTRPC.context<Context>().create({ isDev: false });

const tool = first.procedure.meta({ mcp: true });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('reaches lazy routers within lazy routers, with everything that they hold', async () => {
    const find = z.object({ value: z.string() });
    const deepest = first.router({
      read: first.procedure
        .meta({ mcp: { resource: { uri: 'app://{id}' } } })
        .input(z.object({ id: z.string() }))
        .query(({ input }) => ({ id: input.id })),
      greet: first.procedure
        .meta({ mcp: { tool: false, prompt: true, complete: { who: 'a.b.c.names' } } })
        .input(z.object({ who: z.string() }))
        .query(({ input }) => `Greet ${input.who}`),
      names: first.procedure.input(find).query(({ input }) => [`${input.value}da`]),
      drop: first.procedure
        .meta({ mcp: { dryRun: 'a.b.plan' } })
        .input(z.object({ id: z.string() }))
        .mutation(() => 'dropped'),
      fail: tool.query(() => {
        throw new TRPCError({ code: 'CONFLICT', message: 'See a.b.c.me' });
      }),
      me: tool.query(({ ctx }) => ({ user: ctx.user })),
    });
    const inner = first.router({
      c: lazy(async () => ({ default: deepest })),
      plan: first.procedure
        .input(z.object({ id: z.string() }))
        .query(({ input }) => `would drop ${input.id}`),
    });
    const outer = first.mergeRouters(
      first.router({ b: lazy(async () => inner) }),
      first.router({ other: lazy(async () => first.router({ me: tool.query(() => 'other') })) }),
    );
    const handler = mcpHandler(first.router({ a: lazy(async () => outer) }), {
      createContext,
      expose: { exclude: ['a.other.*'] },
      onError: () => {},
    });
    await using server = await serve(handler);
    await handler.ready();
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual([
      'a_b_c_drop',
      'a_b_c_fail',
      'a_b_c_me',
    ]);
    expect(await client.callTool({ name: 'a_b_c_me' })).toEqual(toolValue({ user: 'ada' }));
    expect(await client.callTool({ name: 'a_b_c_fail' })).toEqual(
      toolError(expect.stringMatching(/^CONFLICT: See a_b_c_me\n/)),
    );
    const planned = await client.callTool({ name: 'a_b_c_drop', arguments: { id: '7', _dryRun: true } });
    expect(JSON.stringify(planned.content)).toContain('would drop 7');
    expect(await client.readResource('app://7')).toMatchObject([{ text: '{"id":"7"}' }]);
    expect(await client.getPrompt('a_b_c_greet', { who: 'Ada' })).toMatchObject({
      messages: [{ content: { text: 'Greet Ada' } }],
    });
    const ref = { type: 'ref/prompt', name: 'a_b_c_greet' } as const;
    expect(await client.complete({ ref, argument: { name: 'who', value: 'A' } })).toMatchObject({
      values: ['Ada'],
    });
  });

  test('reaches routers of two builders, nested and merged', async () => {
    const ofSecond = second.router({
      list: second.procedure
        .meta({ mcp: { title: 'All' }, openapi: { method: 'GET', path: '/all' } })
        .query(({ ctx }) => ({ user: ctx.user, of: 'second' })),
    });
    const ofPlain = plain.router({ get: plain.procedure.query(() => 'plain') });
    const router = first.mergeRouters(
      first.router({ nested: ofSecond, own: tool.query(() => ({ of: 'first' })) }),
      second.router({ merged: ofSecond, late: lazy(async () => ofSecond) }),
      ofPlain,
    );
    await using server = await serve(mcpHandler(router, { createContext }));
    await using client = await connect[kind](server.mcp);
    const names = (await client.listTools()).map(({ name }) => String(name));
    expect(names).toEqual(['late_list', 'merged_list', 'nested_list', 'own']);
    for (const name of names.slice(0, 3)) {
      expect(await client.callTool({ name })).toEqual(toolValue({ user: 'ada', of: 'second' }));
    }
    expect(await client.callTool({ name: 'own' })).toEqual(toolValue({ of: 'first' }));
    // A builder without meta tags nothing, and the option `tag` reaches its procedures too.
    await using tagged = await serve(
      mcpHandler(router, { createContext, tag: ({ path }) => path === 'get' && { description: 'Gets it.' } }),
    );
    await using other = await connect[kind](tagged.mcp);
    expect((await other.listTools()).map(({ name }) => name)).toEqual(['get', ...names]);
  });

  test('meets the middleware of both builders, where one is built on the other', async () => {
    const seen: string[] = [];
    const plugin = second.procedure
      .use(mcpDefaults({ annotations: { openWorldHint: false } }))
      .use(({ ctx, next }) => {
        seen.push('second');
        if (ctx.user !== 'ada') throw new TRPCError({ code: 'FORBIDDEN', message: 'Ada only' });
        return next({ ctx: { plugin: true } });
      });
    const act = first.procedure
      .use(({ next }) => {
        seen.push('first');
        return next();
      })
      .concat(plugin)
      .meta({ mcp: true })
      .query(({ ctx }) => ({ user: ctx.user, plugin: ctx.plugin }));
    await using server = await serve(mcpHandler(first.router({ act }), { createContext }));
    await using client = await connect[kind](server.mcp);
    expect(await client.listTools()).toMatchObject([{ annotations: { openWorldHint: false } }]);
    expect(await client.callTool({ name: 'act' })).toEqual(toolValue({ user: 'ada', plugin: true }));
    expect(seen).toEqual(['first', 'second']);
  });

  test('reads the errors of both builders by the formatter of the root, as over tRPC', async () => {
    const formatting = (from: string) =>
      initTRPC
        .context<Context>()
        .meta<McpMeta>()
        .create({
          isDev: false,
          errorFormatter: ({ shape }) => ({ ...shape, data: { ...shape.data, from } }),
        });
    const [root, leaf] = [formatting('root'), formatting('leaf')];
    const fail = leaf.procedure.meta({ mcp: true }).query(() => {
      throw new TRPCError({ code: 'CONFLICT', message: 'No' });
    });
    const router = root.router({ nested: leaf.router({ fail }) });
    await using server = await serve(mcpHandler(router, { createContext, onError: () => {} }));
    for (const era of ['modern', 'legacy'] as const) {
      const { body } = await request(server.mcp, era, 'tools/call', { name: 'nested_fail' });
      expect(body).toMatchObject({ result: { _meta: { shape: { message: 'No', data: { from: 'root' } } } } });
    }
  });
});

test('names that clash between two builders are a set-up problem', () => {
  const router = first.router({
    a_b: tool.query(() => 1),
    a: second.router({ b: second.procedure.meta({ mcp: true }).query(() => 2) }),
  });
  expect(() => mcpHandler(router, { createContext })).toThrow(SetupError);
  expect(() => mcpHandler(router, { createContext })).toThrow(/NAME_CLASH/);
});

test('meta of another builder is tagged by what it says', async () => {
  const router = plain.router({
    a: second.router({
      list: second.procedure
        .meta({ openapi: { method: 'GET', path: '/a', summary: 'Lists it.' } })
        .query(() => 1),
    }),
    b: plain.procedure.query(() => 2),
  });
  await using server = await serve(mcpHandler(router, { createContext, tag: fromOpenApiMeta() }));
  const { body } = await request(server.mcp, 'modern', 'tools/list');
  expect(body).toMatchObject({ result: { tools: [{ name: 'a_list', description: 'Lists it.' }] } });
});

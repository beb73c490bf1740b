import { createTRPCClient, httpBatchLink } from '@trpc/client';
import { initTRPC } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import express from 'express';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import { getMcpCall, type McpMeta } from '../src/index.ts';
import { clientKinds, connect, eraOf, toolValue } from './clients.ts';
import { call, eras, request } from './messages.ts';
import { listen, serve } from './server.ts';

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  test('createContext gets what it gets under tRPC, and the call besides', async () => {
    const seen: (CreateExpressContextOptions & { mcp?: unknown })[] = [];
    const createContext = (options: CreateExpressContextOptions & { mcp?: unknown }) => {
      seen.push(options);
      return { user: options.req.get('authorization') ?? 'nobody' };
    };
    const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const router = t.router({
      posts: t.router({
        find: t.procedure
          .meta({ mcp: true })
          .input(z.object({ id: z.number() }))
          .query(({ ctx, input }) => ({ id: input.id, by: ctx.user })),
      }),
    });
    const app = express();
    app.use('/trpc', createExpressMiddleware({ router, createContext }));
    app.use('/mcp', mcpHandler(router, { createContext }));
    await using server = await listen(app);
    const headers = { authorization: 'ada' };
    const trpc = createTRPCClient<typeof router>({
      links: [httpBatchLink({ url: `${server.url}/trpc`, headers })],
    });
    await using client = await connect[kind](server.mcp, headers);

    expect(await trpc.posts.find.query({ id: 7 })).toEqual({ id: 7, by: 'ada' });
    expect(await client.callTool({ name: 'posts_find', arguments: { id: 7 } })).toEqual(
      toolValue({ id: 7, by: 'ada' }),
    );

    const [plain, viaMcp] = seen;
    expect(seen).toHaveLength(2);
    // tRPC passes some options that its types do not show.
    expect(Object.keys(plain!)).toEqual(expect.arrayContaining(['info', 'req', 'res']));
    expect(Object.keys(viaMcp!).toSorted()).toEqual(['info', 'mcp', 'req', 'res']);
    expect(Object.getPrototypeOf(viaMcp!.req)).toBe(Object.getPrototypeOf(plain!.req));
    expect(Object.getPrototypeOf(viaMcp!.res)).toBe(Object.getPrototypeOf(plain!.res));
    expect(Object.keys(viaMcp!.info).toSorted()).toEqual(Object.keys(plain!.info).toSorted());
    expect(viaMcp!.info).toEqual({
      accept: null,
      type: 'query',
      isBatchCall: false,
      calls: [expect.objectContaining({ path: 'posts.find', batchIndex: 0 })],
      connectionParams: null,
      signal: expect.any(AbortSignal),
      url: new URL(server.mcp),
    });
    expect(Object.keys(viaMcp!.info.calls[0]!).toSorted()).toEqual(
      Object.keys(plain!.info.calls[0]!).toSorted(),
    );
    expect(await viaMcp!.info.calls[0]!.getRawInput()).toEqual(await plain!.info.calls[0]!.getRawInput());
    expect(viaMcp!.info.calls[0]!.result()).toEqual(plain!.info.calls[0]!.result());
    expect(viaMcp!.info.calls[0]!.procedure).toBe(plain!.info.calls[0]!.procedure);
    expect(viaMcp!.mcp).toMatchObject({
      method: 'tools/call',
      tool: { name: 'posts_find', path: 'posts.find' },
      era: eraOf[kind],
      client: eraOf[kind] === 'modern' ? { name: 'test-client', version: '1.2.3' } : undefined,
      capabilities: eraOf[kind] === 'modern' ? {} : undefined,
      signal: expect.any(AbortSignal),
    });
  });

  test('getMcpCall tells of the call wherever the app asks, and of none under tRPC', async () => {
    const seen: [string, string | undefined][] = [];
    const note = (where: string) => seen.push([where, getMcpCall()?.tool.path]);
    const service = async () => {
      await Promise.resolve();
      note('service');
    };
    const createContext = async () => {
      await Promise.resolve();
      note('createContext');
      return {};
    };
    const t = initTRPC.context<object>().meta<McpMeta>().create();
    const router = t.router({
      act: t.procedure
        .meta({ mcp: true })
        .use(({ next }) => {
          note('middleware');
          return next();
        })
        .mutation(async () => {
          note('resolver');
          await service();
        }),
    });
    const app = express();
    app.use('/trpc', createExpressMiddleware({ router, createContext }));
    app.use('/mcp', mcpHandler(router, { createContext }));
    await using server = await listen(app);
    const places = ['createContext', 'middleware', 'resolver', 'service'];

    await using client = await connect[kind](server.mcp);
    await client.callTool({ name: 'act' });
    expect(seen.splice(0)).toEqual(places.map((place) => [place, 'act']));

    const trpc = createTRPCClient<typeof router>({ links: [httpBatchLink({ url: `${server.url}/trpc` })] });
    await trpc.act.mutate();
    expect(seen).toEqual(places.map((place) => [place, undefined]));
    expect(getMcpCall()).toBeUndefined();
  });

  test('fifty calls of two users at once are answered to whom they belong', async () => {
    const total = 50;
    let arrived = 0;
    let open = () => {};
    const allArrived = new Promise<void>((resolve) => (open = resolve));
    const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const router = t.router({
      echo: t.procedure
        .meta({ mcp: true })
        .input(z.object({ n: z.number() }))
        .query(async ({ ctx, input }) => {
          // No call is answered before all calls have arrived.
          if (++arrived === total) open();
          await allArrived;
          return { user: ctx.user, n: input.n, tool: getMcpCall()?.tool.name };
        }),
    });
    const createContext = async ({ req }: CreateExpressContextOptions) => {
      await Promise.resolve();
      return { user: String(req.headers.authorization) };
    };
    await using server = await serve(mcpHandler(router, { createContext }));
    await using ada = await connect[kind](server.mcp, { authorization: 'ada' });
    await using bob = await connect[kind](server.mcp, { authorization: 'bob' });
    const users = { ada, bob };
    const asked = Array.from(
      { length: total },
      (_, n) => ({ n, user: n % 2 === 0 ? 'ada' : 'bob' }) as const,
    );
    const answers = await Promise.all(
      asked.map(({ user, n }) => users[user].callTool({ name: 'echo', arguments: { n } })),
    );
    expect(answers).toEqual(asked.map(({ user, n }) => toolValue({ user, n, tool: 'echo' })));
  });
});

describe.each(eras)('in the %s era', (era) => {
  test('cookies and headers that createContext sets reach the client', async () => {
    const t = initTRPC.context<object>().meta<McpMeta>().create();
    const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
    const handler = mcpHandler(router, {
      createContext: ({ res }) => {
        res.cookie('session', 'renewed', { httpOnly: true });
        res.cookie('theme', 'dark');
        res.setHeader('x-request-id', 'abc');
        return {};
      },
    });
    await using server = await serve(handler);
    const { status, headers } = await call(server.mcp, era, 'ping');
    expect(status).toBe(200);
    expect(headers.getSetCookie()).toEqual(['session=renewed; Path=/; HttpOnly', 'theme=dark; Path=/']);
    expect(headers.get('x-request-id')).toBe('abc');
    expect(headers.get('content-type')).toBe('application/json');
  });

  test('a context is made once for a call, and for nothing else', async () => {
    let made = 0;
    const t = initTRPC.context<object>().meta<McpMeta>().create();
    const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
    await using server = await serve(mcpHandler(router, { createContext: () => ({ made: ++made }) }));
    await request(server.mcp, era, 'tools/list');
    await call(server.mcp, era, 'unknown');
    expect(made).toBe(0);
    await call(server.mcp, era, 'ping');
    expect(made).toBe(1);
  });

  test('no header or field of a request makes a tRPC call look like an MCP call', async () => {
    const t = initTRPC.meta<McpMeta>().create();
    const router = t.router({
      via: t.procedure.meta({ mcp: true }).query(() => getMcpCall()?.era ?? 'trpc'),
    });
    const app = express();
    app.use('/trpc', createExpressMiddleware({ router }));
    app.use('/mcp', mcpHandler(router));
    await using server = await listen(app);
    const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': 'via' };
    const response = await fetch(`${server.url}/trpc/via`, { headers });
    expect(await response.json()).toEqual({ result: { data: 'trpc' } });
    const { body } = await call(server.mcp, era, 'via');
    expect(body).toMatchObject({ result: { structuredContent: era === 'modern' ? era : { result: era } } });
  });
});

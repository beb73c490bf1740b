import { initTRPC } from '@trpc/server';
import express from 'express';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { call, eras } from './messages.ts';
import { listen, serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test.each([
    ['before any body parser', []],
    ['after express.json()', [express.json()]],
    ['after express.text()', [express.text({ type: '*/*' })]],
    ['after express.raw()', [express.raw({ type: '*/*' })]],
    ['after express.urlencoded()', [express.urlencoded()]],
    ['after two parsers', [express.json(), express.raw({ type: '*/*' })]],
  ])('is served by a handler that is mounted %s', async (_, parsers) => {
    const router = t.router({ echo: tool.input(z.object({ text: z.string() })).query(({ input }) => input) });
    await using server = await serve(mcpHandler(router), ...parsers);
    await using client = await connect[kind](server.mcp);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['echo']);
    const text = 'žluťoučký 🐎 "quoted"';
    expect(await client.callTool({ name: 'echo', arguments: { text } })).toEqual(toolValue({ text }));
  });

  test('is served wherever in an app the handler stands', async () => {
    const router = t.router({ one: tool.query(() => ({ at: 'here' })) });
    const handler = mcpHandler(router);
    const api = express.Router();
    api.use('/mcp', handler);
    const app = express();
    app.use('/deep/:tenant', api);
    app.post('/exact', handler);
    app.use(handler);
    await using server = await listen(app);
    for (const path of ['/deep/acme/mcp', '/deep/acme/mcp?key=1', '/exact', '/', '/anything/else']) {
      await using client = await connect[kind](server.url + path);
      expect(await client.callTool({ name: 'one' })).toEqual(toolValue({ at: 'here' }));
    }
  });

  test('sees only what each of two handlers of one router exposes', async () => {
    const router = t.router({
      posts: t.router({ list: tool.query(() => ({})), drop: tool.mutation(() => ({})) }),
      users: t.router({ list: tool.query(() => ({})) }),
    });
    const app = express();
    app.use('/posts', mcpHandler(router, { expose: { include: ['posts.*'] } }));
    app.use(
      '/reads',
      mcpHandler(router, {
        expose: { exclude: ['**.drop'] },
        toolName: (path) => `my-${path.replace('.', '-')}`,
      }),
    );
    await using server = await listen(app);
    await using posts = await connect[kind](`${server.url}/posts`);
    await using reads = await connect[kind](`${server.url}/reads`);
    expect((await posts.listTools()).map(({ name }) => name)).toEqual(['posts_drop', 'posts_list']);
    expect((await reads.listTools()).map(({ name }) => name)).toEqual(['my-posts-list', 'my-users-list']);
    await expect(posts.callTool({ name: 'users_list' })).rejects.toMatchObject({ code: -32_602 });
    await expect(reads.callTool({ name: 'my-posts-drop' })).rejects.toMatchObject({ code: -32_602 });
  });
});

test.each(eras)('the server says who it is in the %s era', async (era) => {
  const server = {
    name: 'acme',
    version: '1.0.0',
    title: 'Acme back office',
    websiteUrl: 'https://acme.example',
    icons: [{ src: 'https://acme.example/logo.png' }],
  };
  const router = t.router({ one: tool.query(() => 1) });
  await using running = await serve(
    mcpHandler(router, { server: { ...server, instructions: 'Find, then act.' } }),
  );
  if (era === 'modern') {
    const { body } = await call(running.mcp, era, 'one');
    expect(body).toMatchObject({ result: { _meta: { 'io.modelcontextprotocol/serverInfo': server } } });
  }
  const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
  const mode = era === 'modern' ? { pin: '2026-07-28' } : 'legacy';
  const client = new Client({ name: 'test', version: '0' }, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(new URL(running.mcp)));
  expect(client.getServerVersion()).toEqual(server);
  expect(client.getInstructions()).toBe('Find, then act.');
  await client.close();
});

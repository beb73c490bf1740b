import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { McpMeta } from '../src/index.ts';
import { eras, request } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create({ isDev: false });
const router = t.router({
  tool: t.procedure.meta({ mcp: true }).query(() => 1),
  prompt: t.procedure.meta({ mcp: { prompt: true } }).query(() => 'x'),
  get: t.procedure
    .meta({ mcp: { resource: { uri: 'customers://{id}' } } })
    .input(z.object({ id: z.string() }))
    .query(() => 'x'),
});

/** A client that records its notifications. */
async function connectListener(url: string, headers: Record<string, string> = {}) {
  const client = new Client(
    { name: 'listener', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const heard: string[] = [];
  const waiting: (() => void)[] = [];
  const hear = (what: string) => {
    heard.push(what);
    for (const wake of waiting.splice(0)) wake();
  };
  client.setNotificationHandler('notifications/tools/list_changed', () => hear('tools'));
  client.setNotificationHandler('notifications/prompts/list_changed', () => hear('prompts'));
  client.setNotificationHandler('notifications/resources/list_changed', () => hear('resources'));
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => hear(params.uri));
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
  return {
    client,
    heard,
    async hears(count: number) {
      while (heard.length < count) await new Promise<void>((resolve) => waiting.push(resolve));
    },
    [Symbol.asyncDispose]: () => client.close(),
  };
}

test('those who listen hear of what they asked for, and of nothing else', async () => {
  const handler = mcpHandler(router);
  await using server = await serve(handler);
  await using all = await connectListener(server.mcp);
  await using one = await connectListener(server.mcp);
  const subscription = await all.client.listen({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['customers://1'],
  });
  expect(subscription.honoredFilter).toEqual({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['customers://1'],
  });
  await one.client.listen({ promptsListChanged: true });
  const changeAll = () => {
    handler.notify.toolsChanged();
    handler.notify.resourcesChanged();
    handler.notify.resourceUpdated('customers://2');
    handler.notify.resourceUpdated('customers://1');
    handler.notify.promptsChanged();
  };
  changeAll();
  await all.hears(4);
  await one.hears(1);
  expect(all.heard).toEqual(['tools', 'resources', 'customers://1', 'prompts']);
  expect(one.heard).toEqual(['prompts']);
  await subscription.close();
  expect(await subscription.closed).toBe('local');
  changeAll();
  await one.hears(2);
  expect([all.heard.length, one.heard]).toEqual([4, ['prompts', 'prompts']]);
});

test('a handler that closes ends what listens, and tells it so', async () => {
  const handler = mcpHandler(router);
  await using server = await serve(handler);
  await using listener = await connectListener(server.mcp);
  const subscription = await listener.client.listen({ toolsListChanged: true });
  await handler.close();
  expect(await subscription.closed).not.toBe('local');
});

test('a server without prompts and resources promises to tell of neither', async () => {
  const handler = mcpHandler(t.router({ tool: t.procedure.meta({ mcp: true }).query(() => 1) }));
  await using server = await serve(handler);
  await using listener = await connectListener(server.mcp);
  const { honoredFilter } = await listener.client.listen({
    toolsListChanged: true,
    promptsListChanged: true,
    resourcesListChanged: true,
    resourceSubscriptions: ['customers://1'],
  });
  expect(honoredFilter).toEqual({ toolsListChanged: true });
});

test('nobody hears of a resource that is hidden, needs scopes they lack, or is not there', async () => {
  const c = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create({ isDev: false });
  const handler = mcpHandler(
    c.router({
      open: c.procedure.meta({ mcp: { resource: { uri: 'x://open' } } }).query(() => 1),
      secret: c.procedure
        .meta({ mcp: { resource: { uri: 'x://secret' }, visible: ({ user }) => user === 'Bearer ada' } })
        .query(() => 1),
      scoped: c.procedure
        .meta({ mcp: { resource: { uri: 'x://scoped' }, scopes: ['x:read'] } })
        .query(() => 1),
    }),
    {
      createContext: ({ req }) => ({ user: req.headers.authorization }),
      auth: {
        authenticate: (incoming) => ({
          token: 'x',
          clientId: 'x',
          scopes: incoming.headers.get('authorization') === 'Bearer ada' ? ['x:read'] : [],
        }),
      },
    },
  );
  await using server = await serve(handler);
  const uris = ['x://secret', 'x://missing', 'x://scoped', 'x://open'];
  await using bob = await connectListener(server.mcp, { authorization: 'Bearer bob' });
  await using ada = await connectListener(server.mcp, { authorization: 'Bearer ada' });
  // Without the scopes, it is refused as a read is, in words that say which scopes it needs.
  const read = await request(
    server.mcp,
    'modern',
    'resources/read',
    { uri: 'x://scoped' },
    { authorization: 'Bearer bob' },
  );
  const refused = await request(
    server.mcp,
    'modern',
    'subscriptions/listen',
    { notifications: { resourceSubscriptions: uris } },
    { authorization: 'Bearer bob' },
  );
  expect([refused.status, refused.body]).toEqual([403, read.body]);
  expect(refused.headers.get('www-authenticate')).toContain('scope="x:read"');
  const { honoredFilter } = await bob.client.listen({
    resourceSubscriptions: uris.filter((uri) => uri !== 'x://scoped'),
  });
  expect(honoredFilter).toEqual({ resourceSubscriptions: ['x://open'] });
  expect((await ada.client.listen({ resourceSubscriptions: uris })).honoredFilter).toEqual({
    resourceSubscriptions: ['x://secret', 'x://scoped', 'x://open'],
  });
  for (const uri of uris) handler.notify.resourceUpdated(uri);
  await bob.hears(1);
  await ada.hears(3);
  expect([bob.heard, ada.heard]).toEqual([['x://open'], ['x://secret', 'x://scoped', 'x://open']]);
});

test('a client of 2025 may subscribe to what there is, and is told of nothing without a session', async () => {
  await using server = await serve(mcpHandler(router));
  for (const method of ['resources/subscribe', 'resources/unsubscribe']) {
    const known = await request(server.mcp, 'legacy', method, { uri: 'customers://1' });
    expect(known.body).toMatchObject({ result: {} });
    const unknown = await request(server.mcp, 'legacy', method, { uri: 'nope://1' });
    expect(unknown.body).toMatchObject({ error: { code: -32_602, data: { uri: 'nope://1' } } });
    const modern = await request(server.mcp, 'modern', method, { uri: 'customers://1' });
    expect(modern.body).toMatchObject({ error: { code: -32_601 } });
  }
});

test.each(eras)('what is listed is said to change where somebody could hear of it: %s', async (era) => {
  await using server = await serve(mcpHandler(router));
  const method = era === 'modern' ? 'server/discover' : 'initialize';
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } };
  const { body } = await request(server.mcp, era, method, era === 'modern' ? {} : hello);
  const listChanged = era === 'modern' ? { listChanged: true } : {};
  expect((body as { result: { capabilities: unknown } }).result.capabilities).toEqual({
    tools: listChanged,
    prompts: listChanged,
    resources: { subscribe: true, ...listChanged },
    completions: {},
  });
});

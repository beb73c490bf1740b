import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { initTRPC, TRPCError } from '@trpc/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { mcpHandler } from '../src/adapters/express.ts';
import type { HandlerOptions, McpMeta } from '../src/index.ts';
import { type Answer, headersOf, post, request, toAnswer, toMessage } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create({ isDev: false });

afterEach(() => void vi.useRealTimers());

/** An app whose middleware alone decides who may read. */
async function start(options: Partial<HandlerOptions> = {}) {
  const asked = vi.fn<(user: string | undefined) => void>();
  const resolved = vi.fn<() => void>();
  const banned = new Set<string>();
  const signedIn = t.procedure.use(({ ctx, next }) => {
    asked(ctx.user);
    if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
    if (banned.has(ctx.user)) throw new TRPCError({ code: 'FORBIDDEN', message: 'You are banned.' });
    return next();
  });
  const read = () => {
    resolved();
    return 'x';
  };
  const handler = mcpHandler(
    t.router({
      open: t.procedure.meta({ mcp: { resource: { uri: 'x://open' } } }).query(read),
      secret: signedIn.meta({ mcp: { resource: { uri: 'x://secret' } } }).query(read),
      own: signedIn
        .meta({ mcp: { resource: { uri: 'customers://{id}' } } })
        .input(z.object({ id: z.string() }))
        .use(({ ctx, input, next }) => {
          if (input.id === ctx.user) return next();
          throw new TRPCError({ code: 'FORBIDDEN', message: 'Only your own.' });
        })
        .query(read),
    }),
    {
      createContext: ({ req }) => ({ user: req.headers.authorization?.replace('Bearer ', '') }),
      onError: () => {},
      ...options,
    },
  );
  const server = await serve(handler);
  return {
    handler,
    url: server.mcp,
    asked,
    resolved,
    banned,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

const as = (user?: string): Record<string, string> =>
  user === undefined ? {} : { authorization: `Bearer ${user}` };

/** A client of 2026 that writes down which resources it hears of. */
async function connectListener(url: string, user?: string) {
  const client = new Client(
    { name: 'listener', version: '1' },
    { versionNegotiation: { mode: { pin: '2026-07-28' } } },
  );
  const heard: string[] = [];
  client.setNotificationHandler(
    'notifications/resources/updated',
    ({ params }) => void heard.push(params.uri),
  );
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers: as(user) } }),
  );
  return { client, heard, [Symbol.asyncDispose]: () => client.close() };
}

/** Asks to listen, and reads no more than the answer's head where it is a stream. */
async function askToListen(url: string, uris: string[], user?: string): Promise<Answer> {
  const params = { notifications: { resourceSubscriptions: uris } };
  const stop = new AbortController();
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headersOf('modern', 'subscriptions/listen', params),
      ...as(user),
    },
    body: JSON.stringify(toMessage('modern', 'subscriptions/listen', params)),
    signal: stop.signal,
  });
  if (response.headers.get('content-type') === 'application/json') return toAnswer(response);
  stop.abort();
  return { status: response.status, headers: response.headers, body: 'a stream' };
}

describe('a client of 2026', () => {
  test.each([
    ['without a credential', 'x://secret', undefined],
    ['without a credential, to one of many', 'customers://ada', undefined],
    ['that is banned', 'x://secret', 'eve'],
    ['to what is somebody else’s', 'customers://ada', 'bob'],
  ])('%s may listen to nothing that it may not read: %s', async (_, uri, user) => {
    await using app = await start();
    app.banned.add('eve');
    const read = await request(app.url, 'modern', 'resources/read', { uri }, as(user));
    expect(read.status).not.toBe(200);
    const refused = await askToListen(app.url, [uri], user);
    expect(refused.status).toBe(read.status);
    expect(refused.headers.get('www-authenticate')).toBe(read.headers.get('www-authenticate'));
    const messageOf = ({ body }: Answer) => (body as { error: { message: string } }).error.message;
    expect(messageOf(refused)).toBe(messageOf(read));
    expect(app.resolved).not.toHaveBeenCalled();
  });

  test('hears of nothing that it may not read, also beside what it may', async () => {
    await using app = await start();
    await using stranger = await connectListener(app.url);
    // Whether it is refused as a whole or in part is for the answer to say.
    await stranger.client.listen({ resourceSubscriptions: ['x://secret', 'x://open'] }).catch(() => {});
    await stranger.client.listen({ resourceSubscriptions: ['x://open'] });
    app.handler.notify.resourceUpdated('x://secret');
    await vi.waitFor(() => {
      app.handler.notify.resourceUpdated('x://open');
      expect(stranger.heard).toContain('x://open');
    });
    await stranger.client.listTools().catch(() => {});
    expect(stranger.heard).not.toContain('x://secret');
  });

  test('listens to what it may read, and no resolver runs for it', async () => {
    await using app = await start();
    await using ada = await connectListener(app.url, 'ada');
    const uris = ['x://open', 'x://secret', 'customers://ada'];
    const { honoredFilter } = await ada.client.listen({ resourceSubscriptions: uris });
    expect(honoredFilter).toEqual({ resourceSubscriptions: uris });
    expect(app.asked).toHaveBeenCalledWith('ada');
    for (const uri of uris) app.handler.notify.resourceUpdated(uri);
    await vi.waitFor(() => expect(ada.heard.toSorted()).toEqual(uris.toSorted()));
    expect(app.resolved).not.toHaveBeenCalled();
  });

  test.each(['x://secret', 'customers://ada'])(
    'is asked again a minute later, with a notification of %s, and hears no more when it is refused',
    async (uri) => {
      vi.useFakeTimers({ toFake: ['Date', 'performance'] });
      await using app = await start();
      await using ada = await connectListener(app.url, 'ada');
      const subscription = await ada.client.listen({ resourceSubscriptions: [uri] });
      app.handler.notify.resourceUpdated(uri);
      await vi.waitFor(() => expect(ada.heard).toEqual([uri]));
      app.banned.add('ada');
      vi.advanceTimersByTime(61_000);
      app.handler.notify.resourceUpdated(uri);
      expect(await subscription.closed).not.toBe('local');
      expect(ada.heard).toEqual([uri]);
    },
  );

  test('is asked at most once a minute, however much changes', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    await using app = await start();
    await using ada = await connectListener(app.url, 'ada');
    await ada.client.listen({ resourceSubscriptions: ['x://secret'] });
    expect(app.asked).toHaveBeenCalledTimes(1);
    const change = async (count: number) => {
      const until = ada.heard.length + count;
      for (let index = 0; index < count; index++) app.handler.notify.resourceUpdated('x://secret');
      await vi.waitFor(() => expect(ada.heard.length).toBe(until));
    };
    await change(10);
    expect(app.asked).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(61_000);
    await change(10);
    expect(app.asked).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(61_000);
    // Nothing has changed meanwhile, so that nobody was asked.
    expect(app.asked).toHaveBeenCalledTimes(2);
  });
});

const initialize = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } },
};
const version = { 'mcp-protocol-version': '2025-11-25' };

async function openSession(url: string, user?: string): Promise<Record<string, string>> {
  const { headers } = await post(url, initialize, as(user));
  return { ...version, ...as(user), 'mcp-session-id': headers.get('mcp-session-id')! };
}

describe('a client of 2025 in a session', () => {
  test.each([
    ['without a credential', 'x://secret', undefined],
    ['to what is somebody else’s', 'customers://ada', 'bob'],
  ])('%s may subscribe to nothing that it may not read: %s', async (_, uri, user) => {
    await using app = await start({ legacy: 'sessions' });
    const session = await openSession(app.url, user);
    const read = await request(app.url, 'legacy', 'resources/read', { uri }, session);
    const subscribed = await request(app.url, 'legacy', 'resources/subscribe', { uri }, session);
    expect(read.status).not.toBe(200);
    expect(subscribed.status).toBe(read.status);
    expect(subscribed.body).toMatchObject({ error: {} });
  });

  test('hears no more of what it may not read any longer', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'performance'] });
    await using app = await start({ legacy: 'sessions' });
    const client = new LegacyClient({ name: 'test', version: '1' });
    const heard: string[] = [];
    client.setNotificationHandler(
      ResourceUpdatedNotificationSchema,
      ({ params }) => void heard.push(params.uri),
    );
    await client.connect(new LegacyTransport(new URL(app.url), { requestInit: { headers: as('ada') } }));
    try {
      await client.subscribeResource({ uri: 'x://secret' });
      await client.subscribeResource({ uri: 'x://open' });
      await vi.waitFor(
        () => {
          app.handler.notify.resourceUpdated('x://secret');
          expect(heard).toContain('x://secret');
        },
        { timeout: 5000, interval: 100 },
      );
      // What comes first is heard first, so that nothing is on its way after this.
      app.handler.notify.resourceUpdated('x://open');
      await vi.waitFor(() => expect(heard).toContain('x://open'));
      app.banned.add('ada');
      vi.advanceTimersByTime(61_000);
      heard.length = 0;
      app.handler.notify.resourceUpdated('x://secret');
      app.handler.notify.resourceUpdated('x://open');
      await vi.waitFor(() => expect(heard).toContain('x://open'));
      await client.ping();
      expect(heard).not.toContain('x://secret');
      // It has to subscribe again to hear of it again.
      app.banned.delete('ada');
      heard.length = 0;
      app.handler.notify.resourceUpdated('x://secret');
      app.handler.notify.resourceUpdated('x://open');
      await vi.waitFor(() => expect(heard).toEqual(['x://open']));
      await client.subscribeResource({ uri: 'x://secret' });
      app.handler.notify.resourceUpdated('x://secret');
      await vi.waitFor(() => expect(heard).toEqual(['x://open', 'x://secret']));
    } finally {
      await client.close();
    }
  });
});

test('a client of 2025 without a session is refused what it may not read', async () => {
  await using app = await start();
  const read = await request(app.url, 'legacy', 'resources/read', { uri: 'x://secret' });
  const subscribed = await request(app.url, 'legacy', 'resources/subscribe', { uri: 'x://secret' });
  expect([read.status, subscribed.status]).toEqual([401, 401]);
});

import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import type { AuthOptions, HandlerOptions, McpMeta } from '../src/index.ts';
import { call, eras, post } from './messages.ts';
import { serve } from './server.ts';

const t = initTRPC.context<{ user: string | undefined }>().meta<McpMeta>().create({ isDev: false });

const as = (user?: string): Record<string, string> =>
  user === undefined ? {} : { authorization: `Bearer ${user}` };

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

describe('with sessions at their maximum', () => {
  const auth: AuthOptions = {
    authenticate(incoming) {
      const token = incoming.headers.get('authorization')?.replace('Bearer ', '');
      if (token === undefined) return undefined;
      if (token === 'bad') throw new TRPCError({ code: 'UNAUTHORIZED', message: 'No such token.' });
      return { token, clientId: token, scopes: [] };
    },
    required: true,
    authorize: ({ auth: info }) => info?.clientId !== 'eve' || 'Eve may not.',
  };
  const guarded = (legacy: HandlerOptions['legacy']) => {
    const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
    return serve(
      mcpHandler(router, {
        createContext: () => ({ user: undefined }),
        legacy: legacy!,
        sessions: { max: 1 },
        auth,
        onError: () => {},
      }),
    );
  };

  test.each([
    ['without a credential', undefined],
    ['with a bad credential', 'bad'],
    ['who may not', 'eve'],
  ])('the refused call of a stranger %s ends nobody’s session', async (_, user) => {
    await using server = await guarded('sessions');
    const ada = await openSession(server.mcp, 'ada');
    for (const headers of [as(user), { ...as(user), 'mcp-session-id': crypto.randomUUID() }]) {
      expect((await call(server.mcp, 'legacy', 'ping', {}, headers)).status).not.toBe(200);
      expect((await post(server.mcp, initialize, headers)).status).not.toBe(200);
    }
    const { status, body } = await call(server.mcp, 'legacy', 'ping', {}, ada);
    expect([status, body]).toMatchObject([200, { result: { structuredContent: { pong: true } } }]);
  });

  test.each([
    ['without a credential', undefined],
    ['with a bad credential', 'bad'],
    ['who may not', 'eve'],
  ])('the refused call of a stranger %s has the body that it has without sessions', async (_, user) => {
    await using server = await guarded('sessions');
    await using stateless = await guarded('stateless');
    await openSession(server.mcp, 'ada');
    const expected = await call(stateless.mcp, 'legacy', 'ping', {}, as(user));
    const refused = await call(server.mcp, 'legacy', 'ping', {}, as(user));
    expect(expected.body).toMatchObject({ result: { isError: true } });
    expect([refused.status, refused.body]).toEqual([expected.status, expected.body]);
    expect(refused.headers.get('www-authenticate')).toBe(expected.headers.get('www-authenticate'));
    expect(refused.headers.get('mcp-session-id')).toBeNull();
  });

  test.each([
    ['a request that opens no session', { jsonrpc: '2.0', id: 1, method: 'ping' }],
    ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
    ['an empty batch', []],
    ['no message at all', { hello: 'world' }],
    ['an initialize that is malformed', { jsonrpc: '2.0', id: 1, method: 'initialize', params: {} }],
    ['an unknown method', { jsonrpc: '2.0', id: 1, method: 'nope/nope' }],
  ])('%s ends nobody’s session', async (_, message) => {
    await using server = await guarded('sessions');
    const ada = await openSession(server.mcp, 'ada');
    await post(server.mcp, message, { ...version, ...as('bob') });
    expect((await call(server.mcp, 'legacy', 'ping', {}, ada)).status).toBe(200);
  });

  test.each(eras)('a call of the %s era without a session ends nobody’s', async (era) => {
    await using server = await guarded('sessions');
    const ada = await openSession(server.mcp, 'ada');
    await call(server.mcp, era, 'ping', {}, as('bob'));
    expect((await call(server.mcp, 'legacy', 'ping', {}, ada)).status).toBe(200);
  });
});

test('one caller who opens session after session ends their own, and not those of others', async () => {
  const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
  const handler = mcpHandler(router, {
    createContext: () => ({ user: undefined }),
    callerId: (incoming) => incoming.headers.get('authorization') ?? undefined,
    legacy: 'sessions',
    sessions: { max: 20 },
  });
  await using server = await serve(handler);
  const idle = await openSession(server.mcp, 'bob');
  const listening = await openSession(server.mcp, 'carol');
  const stream = await fetch(server.mcp, { headers: { ...listening, accept: 'text/event-stream' } });
  expect(stream.status).toBe(200);
  const statusOf = async (session: Record<string, string>) =>
    (await call(server.mcp, 'legacy', 'ping', {}, session)).status;
  const first = await openSession(server.mcp, 'ada');
  for (let count = 0; count < 30; count++) await openSession(server.mcp, 'ada');
  expect(await Promise.all([idle, listening, first].map(statusOf))).toEqual([200, 200, 404]);
  // Somebody else still finds room.
  const late = await openSession(server.mcp, 'dave');
  expect(await Promise.all([idle, listening, late].map(statusOf))).toEqual([200, 200, 200]);
  await stream.body!.cancel();
});

test('unknown callers who open session after session end their own, and not those of others', async () => {
  const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
  const handler = mcpHandler(router, {
    createContext: () => ({ user: undefined }),
    callerId: (incoming) => incoming.headers.get('authorization') ?? undefined,
    legacy: 'sessions',
    sessions: { max: 20 },
  });
  await using server = await serve(handler);
  const idle = await openSession(server.mcp, 'bob');
  const first = await openSession(server.mcp);
  for (let count = 0; count < 30; count++) await openSession(server.mcp);
  const last = await openSession(server.mcp);
  const statusOf = async (session: Record<string, string>) =>
    (await call(server.mcp, 'legacy', 'ping', {}, session)).status;
  expect(await Promise.all([idle, first, last].map(statusOf))).toEqual([200, 404, 200]);
});

test('of two handshakes for one place, however close, each is answered', async () => {
  const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
  const open = (turns: number) =>
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: String(turns),
      },
      body: JSON.stringify(initialize),
    });
  // The second one arrives a turn later each time: one of them finds the first session made, and not yet in use.
  for (let turns = 0; turns < 60; turns++) {
    const handler = fetchHandler(router, {
      createContext: () => ({ user: undefined }),
      callerId: async (incoming) => {
        const id = incoming.headers.get('authorization')!;
        for (let turn = 0; turn < Number(id); turn++) await Promise.resolve();
        return id;
      },
      legacy: 'sessions',
      sessions: { max: 1 },
    });
    // What is loaded with the first session takes no turns of the others.
    await (await handler(open(0))).text();
    const answers = await Promise.all([handler(open(0)), handler(open(turns))]);
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect([200, 503]).toEqual(expect.arrayContaining(statuses));
    await handler.close();
  }
});

const tool = t.procedure.meta({ mcp: true });
const open = () =>
  t.router({
    ping: tool.query(() => ({ pong: true })),
    note: t.procedure.meta({ mcp: { resource: { uri: 'x://note' } } }).query(() => 'a note'),
  });
const context = { createContext: () => ({ user: undefined }), callerId: () => 'ada', onError: () => {} };

describe('where clients of 2025 have sessions', () => {
  test.each([
    ['tools/list', {}],
    ['resources/list', {}],
    ['tools/call', { name: 'ping' }],
    ['resources/read', { uri: 'x://note' }],
    ['ping', {}],
  ])('a %s without one is served as if there were none', async (method, params) => {
    await using server = await serve(mcpHandler(open(), { ...context, legacy: 'sessions' }));
    await using stateless = await serve(mcpHandler(open(), context));
    const message = { jsonrpc: '2.0', id: 'mine', method, params };
    const answer = await post(server.mcp, message, version);
    expect([answer.status, answer.body]).toMatchObject([200, { id: 'mine', result: {} }]);
    expect(answer.headers.get('mcp-session-id')).toBeNull();
    expect(answer.body).toEqual((await post(stateless.mcp, message, version)).body);
  });

  test.each(['of one that has ended', 'that never was one'])(
    'initialize under a stale id opens a new one: %s',
    async (kind) => {
      await using server = await serve(mcpHandler(open(), { ...context, legacy: 'sessions' }));
      // Only a caller who is known can end a session.
      const session = await openSession(server.mcp, 'ada');
      const ended = await fetch(server.mcp, { method: 'DELETE', headers: session });
      expect(ended.status).toBe(200);
      const stale = kind === 'that never was one' ? crypto.randomUUID() : session['mcp-session-id']!;
      const answer = await post(server.mcp, initialize, { ...as('ada'), 'mcp-session-id': stale });
      expect([answer.status, answer.body]).toMatchObject([
        200,
        { result: { protocolVersion: '2025-11-25' } },
      ]);
      const fresh = answer.headers.get('mcp-session-id')!;
      const used = { ...as('ada'), 'mcp-session-id': fresh };
      expect((await call(server.mcp, 'legacy', 'ping', {}, used)).status).toBe(200);
    },
  );

  test('every other message under an id that is none is 404, under its own id', async () => {
    await using server = await serve(mcpHandler(open(), { ...context, legacy: 'sessions' }));
    const none = { ...version, 'mcp-session-id': crypto.randomUUID() };
    const { status, body } = await post(
      server.mcp,
      { jsonrpc: '2.0', id: 'mine', method: 'tools/list' },
      none,
    );
    expect([status, body]).toMatchObject([404, { id: 'mine', error: {} }]);
  });

  test('initialize in a session that is open is refused, and the session stays', async () => {
    await using server = await serve(mcpHandler(open(), { ...context, legacy: 'sessions' }));
    const session = await openSession(server.mcp);
    expect(await post(server.mcp, initialize, session)).toMatchObject({ status: 400, body: { id: 1 } });
    expect((await call(server.mcp, 'legacy', 'ping', {}, session)).status).toBe(200);
  });
});

import { runInNewContext } from 'node:vm';
import type { AuthInfo } from '@modelcontextprotocol/server';
import { initTRPC, TRPCError } from '@trpc/server';
import { describe, expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import { type Attempt, type AuthOptions, getMcpCall, type McpMeta } from '../../src/index.ts';
import { call, eras, headersOf, post, request, rpcError, toMessage } from '../messages.ts';
import { serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const router = t.router({
  act: tool.query(() => 'done'),
  who: tool.query(() => getMcpCall()?.auth?.clientId ?? 'nobody'),
});

function known(clientId: string): AuthInfo {
  return { token: clientId, clientId, scopes: [] };
}

function protect(auth: AuthOptions, more: { hookTimeoutMs?: number } = {}) {
  return serve(mcpHandler(router, { auth, onError: () => undefined, ...more }));
}

const required = { authenticate: () => undefined, required: true };

async function textFrom(answer: ReturnType<typeof call>): Promise<string> {
  const { body } = await answer;
  const { result, error } = body as { result?: { content: { text: string }[] }; error?: { message: string } };
  return result?.content[0]?.text ?? error!.message;
}

/** Said after the gate's own words, and after none of the app's. */
const advice = 'send a token in the header "Authorization: Bearer <token>"';

describe.each(eras)('in the %s era', (era) => {
  test('ways to authenticate are tried in order, until one finds a credential', async () => {
    const tried: string[] = [];
    const way = (name: string) => async (incoming: Request) => {
      tried.push(name);
      return incoming.headers.get(name) === null ? undefined : known(name);
    };
    await using server = await protect({ authenticate: [way('x-key'), way('cookie')], required: true });
    expect(await textFrom(call(server.mcp, era, 'who', undefined, { cookie: 'a=b' }))).toBe('cookie');
    expect(await textFrom(call(server.mcp, era, 'who', undefined, { 'x-key': '1', cookie: 'a=b' }))).toBe(
      'x-key',
    );
    expect(tried).toEqual(['x-key', 'cookie', 'x-key']);
    expect((await call(server.mcp, era, 'who')).status).toBe(401);
  });

  test.each([
    ['an error', () => new Error('key 123 is revoked'), `the credential was refused; ${advice}`],
    ['a TRPCError', () => new TRPCError({ code: 'UNAUTHORIZED', message: 'expired' }), 'expired'],
    [
      'a TRPCError without a message',
      () => new TRPCError({ code: 'UNAUTHORIZED' }),
      `the credential was refused; ${advice}`,
    ],
    [
      'a TRPCError of another copy of tRPC',
      () => Object.assign(new Error('expired'), { name: 'TRPCError', code: 'UNAUTHORIZED' }),
      'expired',
    ],
    [
      'a TRPCError with the message of its cause',
      () => new TRPCError({ code: 'UNAUTHORIZED', cause: new Error('key 123 is revoked') }),
      `the credential was refused; ${advice}`,
    ],
    ['nothing', () => undefined, `the credential was refused; ${advice}`],
  ])(
    'a bad credential stops with 401 when %s is thrown, and no other way is tried',
    async (_, make, words) => {
      const next = vi.fn(() => known('ada'));
      await using server = await protect({
        authenticate: [
          () => {
            throw make();
          },
          next,
        ],
      });
      const { status, headers } = await call(server.mcp, era, 'who');
      expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      expect(await textFrom(call(server.mcp, era, 'who'))).toBe(
        `UNAUTHORIZED: ${words} (WWW-Authenticate: Bearer)`,
      );
      expect(next).not.toHaveBeenCalled();
    },
  );

  test('without required and authorize, anonymous callers are let in and bad credentials are not', async () => {
    await using server = await protect({
      authenticate(incoming) {
        const key = incoming.headers.get('authorization');
        if (key === 'forged') throw new Error('no');
        return key === null ? undefined : known(key);
      },
    });
    expect(await textFrom(call(server.mcp, era, 'who'))).toBe('nobody');
    expect(await textFrom(call(server.mcp, era, 'who', undefined, { authorization: 'ada' }))).toBe('ada');
    expect((await call(server.mcp, era, 'who', undefined, { authorization: 'forged' })).status).toBe(401);
  });

  test.each([
    ['never answers', () => new Promise<never>(() => {})],
    [
      'never answers, as a promise of another realm',
      () => runInNewContext('new Promise(() => {})') as Promise<never>,
    ],
    [
      'throws',
      (): never => {
        throw new Error('no');
      },
    ],
    [
      'throws what cannot be read',
      () => {
        throw Object.create(null);
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
  ])('a hook that %s lets nobody in', async (_, hook: () => Promise<never>) => {
    const limits = { hookTimeoutMs: 20 };
    await using unknown = await protect({ authenticate: hook }, limits);
    await using anonymous = await protect({ authenticate: () => undefined, authorize: hook }, limits);
    await using denied = await protect({ authenticate: () => known('ada'), authorize: hook }, limits);
    const seen = async ({ mcp }: { mcp: string }) => {
      const { status, headers } = await request(mcp, era, 'tools/list');
      return [status, headers.get('www-authenticate')];
    };
    expect(await seen(unknown)).toEqual([401, 'Bearer']);
    expect(await seen(anonymous)).toEqual([401, 'Bearer']);
    expect(await seen(denied)).toEqual([403, null]);
    expect(await textFrom(call(denied.mcp, era, 'act'))).toBe('FORBIDDEN: you may not do this here');
  });

  test.each([
    ['false', false, 'you may not do this here'],
    ['a sentence', 'not on Sundays', 'not on Sundays'],
    ['an empty sentence', '', 'you may not do this here'],
    ['nothing', undefined, 'you may not do this here'],
    ['a number', 1, 'you may not do this here'],
  ])('authorize refuses with %s', async (_, verdict, words) => {
    await using server = await protect({
      authenticate: () => known('ada'),
      authorize: () => verdict as boolean,
    });
    const { status, body } = await call(server.mcp, era, 'act');
    expect(status).toBe(403);
    expect(body).toMatchObject({
      result: {
        content: [{ type: 'text', text: `FORBIDDEN: ${words}` }],
        isError: true,
        _meta: { code: 'FORBIDDEN', httpStatus: 403 },
      },
    });
  });

  test('createContext and the call know what authenticate found', async () => {
    const c = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
    const found: AuthInfo = { token: 'x', clientId: 'ada', scopes: ['a'], extra: { tenant: 7 } };
    const seen: unknown[] = [];
    const app = c.router({
      act: c.procedure.meta({ mcp: { visible: () => true } }).query(({ ctx }) => {
        seen.push(ctx.user, getMcpCall()?.auth);
        return 'done';
      }),
    });
    const handler = mcpHandler(app, {
      createContext({ mcp }) {
        seen.push(mcp.tool?.path, mcp.auth);
        return { user: mcp.auth?.clientId ?? 'nobody' };
      },
      auth: { authenticate: async () => found },
    });
    await using server = await serve(handler);
    await request(server.mcp, era, 'tools/list');
    await call(server.mcp, era, 'act');
    expect(seen).toEqual([undefined, found, 'act', found, 'ada', found]);
    expect(getMcpCall()).toBeUndefined();
  });
});

test('authorize is asked for every method of both eras, with the tool where one is called', async () => {
  const attempts: unknown[] = [];
  await using server = await protect({
    authenticate: () => known('ada'),
    authorize({ auth, method, tool: name, request: incoming }: Attempt) {
      attempts.push([method, name, auth?.clientId, incoming.headers.get('x-team')]);
      return true;
    },
  });
  const team = { 'x-team': 'sales' };
  const initialize = {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'c', version: '1' },
  };
  await request(server.mcp, 'modern', 'server/discover', {}, team);
  await request(server.mcp, 'modern', 'tools/list', {}, team);
  await call(server.mcp, 'modern', 'act', undefined, team);
  await request(server.mcp, 'modern', 'subscriptions/listen', { notifications: {} }, team);
  await request(server.mcp, 'modern', 'no/such', {}, team);
  await request(server.mcp, 'legacy', 'initialize', initialize, team);
  await request(server.mcp, 'legacy', 'ping', {}, team);
  await request(server.mcp, 'legacy', 'tools/list', {}, team);
  await call(server.mcp, 'legacy', 'nope', undefined, team);
  await post(
    server.mcp,
    { jsonrpc: '2.0', method: 'notifications/initialized' },
    {
      ...headersOf('legacy', 'notifications/initialized'),
      ...team,
    },
  );
  expect(attempts).toEqual(
    [
      ['server/discover'],
      ['tools/list'],
      ['tools/call', 'act'],
      ['subscriptions/listen'],
      ['no/such'],
      ['initialize'],
      ['ping'],
      ['tools/list'],
      ['tools/call', 'nope'],
      ['notifications/initialized'],
    ].map(([method, name]) => [method, name, 'ada', 'sales']),
  );
});

test('one message of a batch that is refused costs the whole batch', async () => {
  let calls = 0;
  const counted = t.router({ act: tool.mutation(() => ++calls), other: tool.mutation(() => ++calls) });
  await using server = await serve(
    mcpHandler(counted, {
      auth: {
        authenticate: () => known('ada'),
        authorize: ({ tool: name }) => name !== 'other' || 'not that',
      },
    }),
  );
  const batch = ['act', 'other'].map((name, id) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name },
  }));
  const { status, body } = await post(server.mcp, batch, headersOf('legacy', 'tools/call'));
  expect([status, body, calls]).toEqual([403, rpcError(-32_600, 'FORBIDDEN: not that'), 0]);
  const allowed = await post(server.mcp, batch.slice(0, 1), headersOf('legacy', 'tools/call'));
  expect([allowed.status, calls]).toEqual([200, 1]);
});

test.each([
  ['a notification', { jsonrpc: '2.0', method: 'notifications/initialized' }],
  ['a call without an id', { jsonrpc: '2.0', method: 'tools/call', params: { name: 'act' } }],
  ['a batch', [toMessage('legacy', 'tools/call', { name: 'act' })]],
  ['null', null],
  ['a message without a method', { jsonrpc: '2.0', id: 1, result: {} }],
])('%s needs a credential as well', async (_, message) => {
  await using server = await protect(required);
  const { status, headers, body } = await post(server.mcp, message, headersOf('legacy', 'tools/call'));
  // Only a request is answered by its id.
  const id = message !== null && 'id' in message && 'method' in message ? 1 : null;
  expect([status, headers.get('www-authenticate'), body]).toEqual([
    401,
    'Bearer',
    rpcError(
      -32_600,
      `UNAUTHORIZED: this endpoint needs a credential; ${advice} (WWW-Authenticate: Bearer)`,
      id,
    ),
  ]);
});

test('a challenge that no header can carry is a set-up error', () => {
  expect(() => mcpHandler(router, { auth: { ...required, challenge: 'Bearer realm="büro"\r\n' } })).toThrow(
    expect.objectContaining({
      name: 'SetupError',
      problems: [{ code: 'CHALLENGE_INVALID', path: 'auth.challenge', message: expect.any(String) }],
    }) as Error,
  );
});

test('only a hook that does not answer is printed where there is no onError: a bad credential is nobody’s fault', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const throwing = () => {
    throw new Error('expired');
  };
  await using bad = await serve(mcpHandler(router, { auth: { authenticate: throwing } }));
  await call(bad.mcp, 'modern', 'act');
  expect(printed.mock.calls).toEqual([]);
  const hanging = () => new Promise<never>(() => {});
  await using slow = await serve(mcpHandler(router, { auth: { authenticate: hanging }, hookTimeoutMs: 20 }));
  await call(slow.mcp, 'modern', 'act');
  expect(printed.mock.calls).toEqual([
    [expect.stringMatching(/^MCP failure /), expect.objectContaining({ name: 'HookTimeout' })],
  ]);
  printed.mockRestore();
});

import { initTRPC } from '@trpc/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import {
  bearer,
  getMcpCall,
  introspection,
  type IntrospectionOptions,
  type McpMeta,
  type SetupError,
} from '../../src/index.ts';
import { type Answer, call, rpcError } from '../messages.ts';
import { serve } from '../server.ts';
import { type AuthorizationServer, resource, startAuthorizationServer } from './authorization-server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  read: t.procedure.meta({ mcp: { scopes: ['notes:read'] } }).query(() => getMcpCall()?.auth?.extra?.['sub']),
});

beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
const soon = () => Math.floor(Date.now() / 1000) + 300;
const active = (more: object = {}) => ({
  active: true,
  client_id: 'editor',
  sub: 'ada',
  scope: 'notes:read',
  aud: resource,
  exp: soon(),
  ...more,
});

async function protect(server: AuthorizationServer, more: Partial<IntrospectionOptions> = {}) {
  const verify = introspection({
    endpoint: server.introspectionEndpoint,
    clientId: 'notes: a/b',
    clientSecret: 'pass%word +1',
    ...more,
  });
  const auth = bearer({ verify, resource, authorizationServers: [server.issuer] });
  return serve(mcpHandler(router, { auth, onError: () => undefined }));
}

const present = (app: { mcp: string }, token = 'opaque'): Promise<Answer> =>
  call(app.mcp, 'modern', 'read', undefined, { authorization: `Bearer ${token}` });

const statusOf = async (answer: Promise<Answer>) => (await answer).status;

test('the authorization server is asked who has a token, by a client that it knows', async () => {
  await using server = await startAuthorizationServer();
  server.introspect = (token, authorization) =>
    // Each half is form-encoded first: https://www.rfc-editor.org/rfc/rfc6749#section-2.3.1
    authorization === `Basic ${btoa('notes%3A+a%2Fb:pass%25word+%2B1')}` && token === 'opaque'
      ? active()
      : { active: false };
  await using app = await protect(server);
  const { status, body } = await present(app);
  expect([status, (body as { result: { structuredContent: unknown } }).result.structuredContent]).toEqual([
    200,
    'ada',
  ]);
  const refused = await present(app, 'other');
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="${resource}/.well-known/oauth-protected-resource", error="invalid_token", error_description="the token is not valid, or no longer"`,
  ]);
});

test('its answer holds for a short while, and not longer than the token', async () => {
  await using server = await startAuthorizationServer();
  server.introspect = () => active();
  await using app = await protect(server);
  expect([await statusOf(present(app)), await statusOf(present(app))]).toEqual([200, 200]);
  expect(server.asked).toHaveLength(1);
  server.introspect = () => ({ active: false });
  expect(await statusOf(present(app))).toBe(200);
  pass(31_000);
  expect(await statusOf(present(app))).toBe(401);

  server.introspect = () => active({ exp: Math.floor(Date.now() / 1000) + 10 });
  expect(await statusOf(present(app, 'short'))).toBe(200);
  pass(11_000);
  server.introspect = () => ({ active: false });
  expect(await statusOf(present(app, 'short'))).toBe(401);
});

test('with cacheMs: 0 it is asked every time', async () => {
  await using server = await startAuthorizationServer();
  server.introspect = () => active({ exp: undefined });
  await using app = await protect(server, { cacheMs: 0 });
  expect([await statusOf(present(app)), await statusOf(present(app))]).toEqual([200, 200]);
  expect(server.asked).toHaveLength(2);
});

test('no more than a thousand answers are kept', async () => {
  await using server = await startAuthorizationServer();
  server.introspect = () => active();
  const verify = introspection({
    endpoint: server.introspectionEndpoint,
    clientId: 'notes',
    clientSecret: 'x',
  });
  const ask = async (token: string) => verify(token, { resource });
  await ask('oldest');
  // A few at a time, because each must be answered before the time limit.
  for (let batch = 0; batch < 999; batch += 27) {
    await Promise.all(Array.from({ length: 27 }, (_, index) => ask(`token-${batch + index}`)));
  }
  await ask('oldest');
  expect(server.asked).toHaveLength(1000);
  await ask('newest');
  await ask('newest');
  expect(server.asked).toHaveLength(1001);
  await ask('oldest');
  expect(server.asked).toHaveLength(1002);
});

test.each([
  ['of another audience', { aud: 'https://app.example.com/other' }, `the token is not for ${resource}`],
  ['of no audience', { aud: undefined }, `the token is not for ${resource}`],
  ['that has expired after all', { exp: 1 }, 'the token has expired'],
  ['that is not valid yet', { nbf: 4_000_000_000 }, 'the token is not valid yet'],
])('a token %s is refused', async (_, more, description) => {
  await using server = await startAuthorizationServer();
  server.introspect = () => active(more);
  await using app = await protect(server);
  const { status, headers } = await present(app);
  expect([status, headers.get('www-authenticate')]).toEqual([
    401,
    expect.stringContaining(`error="invalid_token", error_description="${description}"`),
  ]);
});

test('an audience of another name, and scopes from elsewhere, can be said', async () => {
  await using server = await startAuthorizationServer();
  server.introspect = () => active({ aud: ['notes'], scope: undefined, roles: ['reader'] });
  await using app = await protect(server, {
    audience: 'notes',
    scopes: ({ roles }) => (roles as string[]).map(() => 'notes:read'),
  });
  expect(await statusOf(present(app))).toBe(200);
});

test.each(['down', 'broken', 'confused'] as const)(
  'while it is %s, new tokens are answered 503, what it has said still holds, and it recovers by itself',
  async (state) => {
    await using server = await startAuthorizationServer();
    server.introspect = () => active();
    await using app = await protect(server);
    expect(await statusOf(present(app))).toBe(200);
    if (state === 'confused') server.introspect = () => ({ ok: true });
    else server.state = state;
    const { status, headers, body } = await present(app, 'new');
    expect([status, headers.get('retry-after'), body]).toEqual([
      503,
      '5',
      rpcError(-32_603, 'the authorization server cannot be asked about the token; try again later', 1),
    ]);
    expect(await statusOf(present(app))).toBe(200);
    server.state = 'up';
    server.introspect = () => active();
    expect(await statusOf(present(app, 'new'))).toBe(200);
  },
);

test('what is wrong with the options is a set-up error', () => {
  const make = () => introspection({ endpoint: 'here', clientId: '', clientSecret: '', cacheMs: -1 });
  expect(make).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({ code: 'ENDPOINT_INVALID' }),
        expect.objectContaining({ code: 'CLIENT_ID_MISSING' }),
        expect.objectContaining({ code: 'CACHE_INVALID' }),
      ],
    }) as SetupError,
  );
});

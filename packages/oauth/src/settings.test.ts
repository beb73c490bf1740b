import { afterEach, describe, expect, test, vi } from 'vitest';
import { SetupError } from '@trpc-mcp/core';
import { readSettings } from './settings.ts';

const good = {
  url: 'https://acme.example',
  resource: 'https://acme.example/mcp',
  scopes: { 'app:read': 'See your apples' },
  findUser: () => undefined,
  loadUser: () => undefined,
  loginUrl: '/login',
};

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

async function problemsOf(options: unknown): Promise<string[]> {
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    await readSettings(options as typeof good);
    return [];
  } catch (error) {
    if (error instanceof SetupError) return error.problems.map(({ path }) => path);
    throw error;
  }
}

describe('options', () => {
  test.each([
    ['nothing', undefined, 'url'],
    ['url', { url: 'http://acme.example' }, 'url'],
    ['url', { url: 'https://acme.example/?a' }, 'url'],
    ['resource', { resource: 'mcp' }, 'resource'],
    ['scopes', { scopes: ['app:read'] }, 'scopes'],
    ['scopes', { scopes: 'app:read' }, 'scopes'],
    ['scopes', { scopes: { 'with space': '' } }, 'scopes'],
    ['findUser', { findUser: undefined }, 'findUser'],
    ['loginUrl', { loginUrl: 'javascript:alert(1)' }, 'loginUrl'],
    ['loginUrl', { loginUrl: 'http://[' }, 'loginUrl'],
    ['grants', { grants: ['app:read'] }, 'grants'],
    ['userId', { userId: 'id' }, 'userId'],
    ['onEvent', { onEvent: 'log' }, 'onEvent'],
    ['store', { store: {} }, 'store'],
    ['store', { store: 'redis://127.0.0.1' }, 'store'],
    ['keys', { keys: [] }, 'keys'],
    ['keys', { keys: [{ kid: 'a' }] }, 'keys[0]'],
    ['keys', { keys: [{ kid: 'a', kty: 'EC', crv: 'P-384', d: 'x' }] }, 'keys[0]'],
    ['keys', { keys: [{ kid: 'a', kty: 'RSA', n: 'short', d: 'x' }] }, 'keys[0]'],
    ['secret', { secret: 'short' }, 'secret'],
    ['pages', { pages: { consnt: () => '' } }, 'pages.consnt'],
    ['clients', { clients: {} }, 'clients'],
    ['clients', { clients: [{ clientId: 'a' }] }, 'clients[0]'],
    ['ttl', { ttl: { accessToken: 0.5 } }, 'ttl.accessToken'],
    ['requiredScopes', { requiredScopes: ['app:write'] }, 'requiredScopes'],
    ['a name that is none', { requiredScope: ['app:read'] }, 'requiredScope'],
  ])('of a wrong kind are refused with the name: %s', async (_, change, path) => {
    const given = change === undefined ? undefined : { ...good, ...change };
    expect(await problemsOf(given)).toContain(`oauthServer.${path}`);
  });

  test('may leave out store, keys and secret in development, with one warning', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await readSettings({ ...good, store: null } as never);
    expect(warn.mock.calls).toHaveLength(1);
    expect(String(warn.mock.calls[0])).toContain('store, keys, secret');
  });

  test.each([undefined, null])('have to name them in production: %s', async (value) => {
    vi.stubEnv('NODE_ENV', 'production');
    expect(await problemsOf({ ...good, store: value, keys: value, secret: value })).toEqual([
      'oauthServer.store',
      'oauthServer.keys',
      'oauthServer.secret',
    ]);
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { memoryOAuthStore, oauthServer } from '../src/index.ts';
import { keys, secret } from './keys.ts';

it('writes the URLs of its endpoints below the path of the issuer, where it serves them', async () => {
  const { router } = await oauthServer<{ id: string }>({
    url: 'https://acme.example/shop',
    resource: 'https://acme.example/shop/mcp',
    scopes: { 'app:read': 'See your apples' },
    findUser: () => undefined,
    loadUser: () => undefined,
    loginUrl: '/login',
    store: memoryOAuthStore(),
    keys,
    secret,
  });
  const server = createServer((req, res) => router(req, res)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const response = await fetch(`${origin}/.well-known/oauth-authorization-server/shop`);
  const metadata = (await response.json()) as Record<string, string>;
  expect(metadata).toMatchObject({
    issuer: 'https://acme.example/shop',
    authorization_endpoint: 'https://acme.example/shop/oauth/authorize',
    token_endpoint: 'https://acme.example/shop/oauth/token',
    registration_endpoint: 'https://acme.example/shop/oauth/register',
    revocation_endpoint: 'https://acme.example/shop/oauth/revoke',
    jwks_uri: 'https://acme.example/shop/oauth/keys',
  });
  const { pathname } = new URL(metadata['jwks_uri']!);
  expect(await (await fetch(origin + pathname)).json()).toMatchObject({ keys: [{ kid: keys[0]!.kid }] });
});

import { discoverOAuthProtectedResourceMetadata as discoverModern } from '@modelcontextprotocol/client';
import { discoverOAuthProtectedResourceMetadata as discoverLegacy } from '@modelcontextprotocol/sdk/client/auth.js';
import type { VerifyToken } from '@trpc-mcp/core';
import { createServer, type RequestListener } from 'node:http';
import { describe, expect, test } from 'vitest';
import { createProtectedApp, listener as openListener, listenerOfOneRouter } from '../versions.ts';
import { connect, revisions } from './clients.ts';

/** The origin is known only when the server listens, and is a part of the app. */
async function start(create: (origin: string) => RequestListener) {
  const server = createServer((req, res) => listener(req, res));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const listener = create(origin);
  return {
    origin,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A token is the URL that it is for. */
const tokenFor = (url: string) => Buffer.from(url).toString('base64url');
const verify: VerifyToken = (token) => ({
  clientId: 'client',
  scopes: [],
  audience: Buffer.from(token, 'base64url').toString(),
  expiresAt: Date.now() / 1000 + 60,
});

const protectedApp = (origin: string) => createProtectedApp(origin, verify);

describe.each(revisions)('a client of %s', (revision) => {
  test('is served the version whose URL it has, with a token for that one', async () => {
    await using server = await start(protectedApp);
    for (const [version, names] of [
      ['v1', ['customers_find', 'customers_remove']],
      ['v2', ['customers_archive', 'customers_search']],
    ] as const) {
      const url = `${server.origin}/mcp/${version}`;
      const headers = { authorization: `Bearer ${tokenFor(url)}` };
      await using client = await connect(revision, url, { headers });
      expect((await client.any.listTools()).tools.map(({ name }) => name)).toEqual(names);
      await using narrowed = await connect(revision, `${url}?readonly=1`, { headers });
      expect((await narrowed.any.listTools()).tools.map(({ name }) => name)).toEqual([
        version === 'v1' ? 'customers_find' : 'customers_search',
      ]);
    }
  });

  test('sees the tools of the version whose URL it has', async () => {
    await using server = await start(() => openListener);
    await using first = await connect(revision, `${server.origin}/mcp/v1`);
    expect((await first.any.listTools()).tools.map(({ name }) => name)).toEqual([
      'customers_find',
      'customers_remove',
    ]);
    await using second = await connect(revision, `${server.origin}/mcp/v2`);
    expect((await second.any.listTools()).tools.map(({ name }) => name)).toEqual([
      'customers_archive',
      'customers_search',
    ]);
  });

  test('finds the metadata of each, with a query in the URL too', async () => {
    await using server = await start(protectedApp);
    const discover = revision === '2026-07-28' ? discoverModern : discoverLegacy;
    for (const version of ['v1', 'v2']) {
      const resource = `${server.origin}/mcp/${version}`;
      const expected = { resource, authorization_servers: ['https://login.example.com'] };
      expect(await discover(resource)).toMatchObject(expected);
      expect(await discover(`${resource}?toolsets=customers&readonly=1`)).toMatchObject(expected);
      const refused = await fetch(`${resource}?toolsets=customers`, {
        method: 'POST',
        body: '{}',
        headers: json,
      });
      const challenge = refused.headers.get('www-authenticate');
      expect(challenge).toBe(`Bearer resource_metadata="${resource}/.well-known/oauth-protected-resource"`);
      const below = await fetch(`${resource}/.well-known/oauth-protected-resource?toolsets=customers`);
      expect(await below.json()).toMatchObject(expected);
    }
  });

  test('sees of one router what each endpoint exposes', async () => {
    await using server = await start(() => listenerOfOneRouter);
    await using first = await connect(revision, `${server.origin}/mcp/v1`);
    expect((await first.any.listTools()).tools.map(({ name }) => name)).toEqual([
      'customers_find',
      'customers_remove',
    ]);
    await using second = await connect(revision, `${server.origin}/mcp/v2`);
    expect((await second.any.listTools()).tools.map(({ name }) => name)).toEqual([
      'customers_archive',
      'customers_search',
    ]);
  });
});

const json = { 'content-type': 'application/json' };

test('a token for one version is refused at the other, with the same query or without', async () => {
  await using server = await start(protectedApp);
  const list = async (version: string, audience: string) => {
    const { status } = await fetch(`${server.origin}/mcp/${version}?readonly=1`, {
      method: 'POST',
      headers: { ...json, authorization: `Bearer ${tokenFor(`${server.origin}${audience}`)}` },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
    });
    return status;
  };
  expect(await list('v1', '/mcp/v1')).toBe(200);
  expect(await list('v2', '/mcp/v1')).toBe(401);
  expect(await list('v2', '/mcp/v2')).toBe(200);
});

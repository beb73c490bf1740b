import { serve as serveFetch } from '@hono/node-server';
import { initTRPC } from '@trpc/server';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import { bearer, type McpMeta, resourceMetadataHandler } from '../../src/index.ts';
import { listen } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ read: t.procedure.meta({ mcp: true }).query(() => 'read') });

const resource = 'https://app.example.com/mcp';
const auth = bearer({
  verify: () => undefined,
  resource,
  authorizationServers: ['https://login.example.com', 'https://other.example.com/tenant'],
  requiredScopes: ['mcp'],
  scopesSupported: ['mcp', 'notes:read'],
  resourceName: 'Notes',
  resourceDocumentation: 'https://docs.example.com/mcp',
});
const metadata = {
  resource,
  authorization_servers: ['https://login.example.com', 'https://other.example.com/tenant'],
  bearer_methods_supported: ['header'],
  scopes_supported: ['mcp', 'notes:read'],
  resource_name: 'Notes',
  resource_documentation: 'https://docs.example.com/mcp',
};
const belowMount = '/mcp/.well-known/oauth-protected-resource';
const atRoot = '/.well-known/oauth-protected-resource/mcp';

/** Each host, set up as users do it, with the metadata below the mount and at the root. */
const hosts = {
  express: async () =>
    listen(
      express()
        .use('/mcp', expressHandler(router, { auth }))
        .use(resourceMetadataHandler(auth))
        .get('/', (_req, res) => void res.send('home')),
    ),
  'express, one path': async () =>
    listen(
      express()
        .use('/mcp', expressHandler(router, { auth }))
        .get(atRoot, resourceMetadataHandler(auth))
        .get('/', (_req, res) => void res.send('home')),
    ),
  async fastify() {
    const app = fastify();
    await app.register(fastifyHandler(router, { auth }), { prefix: '/mcp' });
    const serve = resourceMetadataHandler(auth);
    app.get(atRoot, (req, res) => serve(req.raw, res.hijack().raw));
    app.get('/', () => 'home');
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    return { url, [Symbol.asyncDispose]: () => app.close() };
  },
  // This handler gets the requests for all paths.
  node: async () => listen(nodeHandler(router, { auth })),
  async 'node, with the handler of the root'() {
    const handler = nodeHandler(router, { auth });
    const serve = resourceMetadataHandler(auth);
    return listen((req, res) => (req.url?.startsWith('/mcp') ? handler(req, res) : serve(req, res)));
  },
  async fetch() {
    const handler = fetchHandler(router, { auth });
    const serve = resourceMetadataHandler(auth);
    const app = (request: Request) =>
      new URL(request.url).pathname.startsWith('/mcp') ? handler(request) : serve(request);
    return new Promise<{ url: string } & AsyncDisposable>((resolve) => {
      const server = serveFetch({ fetch: app, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
        resolve({
          url: `http://127.0.0.1:${port}`,
          [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())),
        }),
      );
    });
  },
};

describe.each(Object.entries(hosts))('on %s', (name, start) => {
  test.each([belowMount, atRoot])('anybody may read the metadata at %s', async (path) => {
    await using server = await start();
    const response = await fetch(server.url + path, { headers: { origin: 'https://client.example' } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.json()).toEqual(metadata);
  });

  test('pages of any origin may ask with the headers that clients send, and nobody may write', async () => {
    await using server = await start();
    const preflight = await fetch(server.url + belowMount, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://client.example',
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'mcp-protocol-version',
      },
    });
    expect([
      preflight.status,
      preflight.headers.get('access-control-allow-origin'),
      preflight.headers.get('access-control-allow-methods'),
      preflight.headers.get('access-control-allow-headers'),
    ]).toEqual([204, '*', 'GET, HEAD, OPTIONS', '*']);
    const head = await fetch(server.url + belowMount, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
    const put = await fetch(server.url + belowMount, { method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test('everything else is as it was', async () => {
    await using server = await start();
    expect((await fetch(`${server.url}/mcp`)).status).toBe(405);
    const home = await fetch(`${server.url}/`);
    expect(home.status).toBe(name === 'node' ? 405 : /^(node|fetch)/.test(name) ? 404 : 200);
    expect((await fetch(`${server.url}/.well-known/oauth-protected-resource/other`)).status).toBe(
      name === 'node' ? 405 : 404,
    );
  });
});

test('the first of several endpoints answers at the place that has no path', async () => {
  const other = bearer({
    verify: () => undefined,
    resource: 'https://app.example.com/other',
    authorizationServers: ['https://login.example.com'],
  });
  await using server = await listen(
    express().use(resourceMetadataHandler(auth)).use(resourceMetadataHandler(other)),
  );
  const read = async (path: string) =>
    (
      (await (
        await fetch(`${server.url}/.well-known/oauth-protected-resource${path}`)
      ).json()) as typeof metadata
    ).resource;
  expect(await Promise.all(['', '/mcp', '/other'].map(read))).toEqual([
    resource,
    resource,
    'https://app.example.com/other',
  ]);
});

test('the challenge announces the metadata below the mount', async () => {
  await using server = await hosts.express();
  const response = await fetch(`${server.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: '{}',
  });
  expect([response.status, response.headers.get('www-authenticate')]).toEqual([
    401,
    `Bearer resource_metadata="https://app.example.com${belowMount}", scope="mcp"`,
  ]);
});

test('without OAuth there is no metadata', async () => {
  const gated = { authenticate: () => undefined, required: true };
  await using server = await listen(express().use('/mcp', expressHandler(router, { auth: gated })));
  expect((await fetch(server.url + belowMount)).status).toBe(405);
});

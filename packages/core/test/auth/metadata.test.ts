import { serve as serveFetch } from '@hono/node-server';
import { initTRPC } from '@trpc/server';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import {
  bearer,
  type McpMeta,
  resourceMetadataHandler,
  type ResourceMetadataHandler,
  type SetupError,
} from '../../src/index.ts';
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
    return listenFetch((request) =>
      new URL(request.url).pathname.startsWith('/mcp') ? handler(request) : serve(request),
    );
  },
};

function listenFetch(
  app: (request: Request) => Response | Promise<Response>,
): Promise<{ url: string } & AsyncDisposable> {
  return new Promise((resolve) => {
    const server = serveFetch({ fetch: app, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
      resolve({
        url: `http://127.0.0.1:${port}`,
        [Symbol.asyncDispose]: () => new Promise((done) => void server.close(() => done())),
      }),
    );
  });
}

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

const other = bearer({
  verify: () => undefined,
  resource: 'https://app.example.com/other',
  authorizationServers: ['https://login.example.com'],
});

/** The `resource` of the metadata at a place, or the status if there are none. */
async function readResource(url: string, path: string): Promise<unknown> {
  const response = await fetch(`${url}/.well-known/oauth-protected-resource${path}`);
  return response.ok ? ((await response.json()) as typeof metadata).resource : response.status;
}

test('the first of several endpoints answers at the place that has no path', async () => {
  await using server = await listen(
    express().use(resourceMetadataHandler(auth)).use(resourceMetadataHandler(other)),
  );
  expect(await Promise.all(['', '/mcp', '/other'].map((path) => readResource(server.url, path)))).toEqual([
    resource,
    resource,
    'https://app.example.com/other',
  ]);
});

/** Each host with two endpoints, of which the first one leaves the place without a path to the second one. */
const hostsOfTwo = {
  express: (first: ResourceMetadataHandler, second: ResourceMetadataHandler) =>
    listen(express().use(first).use(second)),
  node: (first: ResourceMetadataHandler, second: ResourceMetadataHandler) =>
    listen((req, res) => first(req, res, () => second(req, res))),
  fetch: (first: ResourceMetadataHandler, second: ResourceMetadataHandler) =>
    listenFetch((request) => {
      const response = first(request);
      return response.status === 404 ? second(request) : response;
    }),
};

describe.each(Object.entries(hostsOfTwo))('with atRoot: false, on %s', (_, start) => {
  test('the endpoint leaves the place without a path to another one', async () => {
    await using server = await start(
      resourceMetadataHandler(auth, { atRoot: false }),
      resourceMetadataHandler(other, { atRoot: true }),
    );
    expect(await Promise.all(['', '/mcp', '/other'].map((path) => readResource(server.url, path)))).toEqual([
      'https://app.example.com/other',
      resource,
      'https://app.example.com/other',
    ]);
  });

  test('nobody answers there if no endpoint is to', async () => {
    await using server = await start(
      resourceMetadataHandler(auth, { atRoot: false }),
      resourceMetadataHandler(other, { atRoot: false }),
    );
    expect(await Promise.all(['', '/mcp', '/other'].map((path) => readResource(server.url, path)))).toEqual([
      404,
      resource,
      'https://app.example.com/other',
    ]);
  });

  test('an endpoint at the root of its origin answers all the same', async () => {
    const whole = bearer({
      verify: () => undefined,
      resource: 'https://app.example.com',
      authorizationServers: ['https://login.example.com'],
    });
    await using server = await start(
      resourceMetadataHandler(auth, { atRoot: false }),
      resourceMetadataHandler(whole, { atRoot: false }),
    );
    expect(await readResource(server.url, '')).toBe('https://app.example.com');
  });
});

test('an option that does not exist, or of a wrong kind, is a problem of set-up', () => {
  const problemsOf = (options: object) => {
    try {
      resourceMetadataHandler(auth, options);
      return [];
    } catch (error) {
      return (error as SetupError).problems;
    }
  };
  expect(problemsOf({ atroot: false })).toEqual([
    {
      code: 'OPTION_UNKNOWN',
      path: 'resourceMetadataHandler.atroot',
      message: 'it is not an option; did you mean atRoot?',
    },
  ]);
  expect(problemsOf({ atRoot: 'false' })).toEqual([
    {
      code: 'OPTION_INVALID',
      path: 'resourceMetadataHandler.atRoot',
      message: 'it has to be true or false',
    },
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

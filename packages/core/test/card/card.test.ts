import { serve as serveFetch } from '@hono/node-server';
import { initTRPC } from '@trpc/server';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { mcpHandler as expressHandler } from '../../src/adapters/express.ts';
import { mcpHandler as fastifyHandler } from '../../src/adapters/fastify.ts';
import { mcpHandler as fetchHandler } from '../../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../../src/adapters/node.ts';
import { aiCatalogHandler, bearer, type HandlerOptions, type McpMeta } from '../../src/index.ts';
import { clientKinds, connect } from '../clients.ts';
import { listen, serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ hush: t.procedure.meta({ mcp: { scopes: ['mcp'] } }).query(() => 'hush') });

const url = 'https://app.example.com/mcp';
const auth = bearer({
  verify: () => undefined,
  resource: url,
  authorizationServers: ['https://login.example.com'],
});
const server = {
  name: 'com.example/notes',
  version: '1.4.0',
  title: 'Notes',
  description: 'Reads and writes notes.',
  instructions: 'The instructions are for those who may call.',
  websiteUrl: 'https://example.com',
  icons: [{ src: 'https://example.com/icon.png', sizes: ['48x48'] }],
};
const options = { auth, server, card: true } satisfies HandlerOptions;
const card = {
  $schema: 'https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json',
  name: 'com.example/notes',
  version: '1.4.0',
  description: 'Reads and writes notes.',
  title: 'Notes',
  websiteUrl: 'https://example.com',
  icons: [{ src: 'https://example.com/icon.png', sizes: ['48x48'] }],
  remotes: [
    {
      type: 'streamable-http',
      url,
      supportedProtocolVersions: [
        '2026-07-28',
        '2025-11-25',
        '2025-06-18',
        '2025-03-26',
        '2024-11-05',
        '2024-10-07',
      ],
    },
  ],
};
const catalog = {
  specVersion: '1.0',
  entries: [
    {
      identifier: 'urn:air:example.com:mcp:notes',
      type: 'application/mcp-server-card+json',
      url: 'https://app.example.com/mcp/server-card',
    },
  ],
};
const shared = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, HEAD, OPTIONS',
  'access-control-allow-headers': 'Content-Type, If-None-Match, Accept, MCP-Protocol-Version',
  'access-control-expose-headers': 'ETag',
};

/** Each host, set up as users do it, with the card below the mount and the catalog at the root. */
const hosts = {
  async express(given: HandlerOptions) {
    const mcp = expressHandler(router, given);
    return listen(express().use('/mcp', mcp).use(aiCatalogHandler(mcp)));
  },
  async fastify(given: HandlerOptions) {
    const app = fastify();
    const mcp = fastifyHandler(router, given);
    const serveCatalog = aiCatalogHandler(mcp);
    await app.register(mcp, { prefix: '/mcp' });
    app.all('/.well-known/ai-catalog.json', (req, res) => serveCatalog(req.raw, res.hijack().raw));
    return {
      url: await app.listen({ host: '127.0.0.1', port: 0 }),
      [Symbol.asyncDispose]: () => app.close(),
    };
  },
  async node(given: HandlerOptions) {
    const mcp = nodeHandler(router, given);
    const serveCatalog = aiCatalogHandler(mcp);
    return listen((req, res) => (req.url?.startsWith('/mcp') ? mcp(req, res) : serveCatalog(req, res)));
  },
  async fetch(given: HandlerOptions): Promise<{ url: string } & AsyncDisposable> {
    const mcp = fetchHandler(router, given);
    const serveCatalog = aiCatalogHandler(mcp);
    const app = (request: Request) =>
      new URL(request.url).pathname.startsWith('/mcp') ? mcp(request) : serveCatalog(request);
    return new Promise((resolve) => {
      const started = serveFetch({ fetch: app, hostname: '127.0.0.1', port: 0 }, ({ port }) =>
        resolve({
          url: `http://127.0.0.1:${port}`,
          [Symbol.asyncDispose]: () => new Promise((done) => void started.close(() => done())),
        }),
      );
    });
  },
};

function pick(headers: Headers, names: readonly string[]): Record<string, string | null> {
  return Object.fromEntries(names.map((name) => [name, headers.get(name)]));
}

describe.each(Object.entries(hosts))('on %s', (_name, start) => {
  test.each([
    ['/mcp/server-card', 'application/mcp-server-card+json', card],
    ['/.well-known/ai-catalog.json', 'application/ai-catalog+json', catalog],
  ])('anybody may read %s, and caches keep it', async (path, type, document) => {
    await using app = await start(options);
    const ask = (init: RequestInit = {}) => fetch(app.url + path, init);
    const origin = { origin: 'https://client.example' };
    const response = await ask({ headers: { accept: 'application/mcp-server-card+json', ...origin } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(type);
    expect(pick(response.headers, Object.keys(shared))).toEqual(shared);
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
    const text = await response.text();
    expect(JSON.parse(text)).toEqual(document);

    const etag = response.headers.get('etag')!;
    expect(etag).toMatch(/^"[\da-f]{16}"$/);
    for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const same = await ask({ headers: { 'if-none-match': known, ...origin } });
      expect([same.status, await same.text()]).toEqual([304, '']);
      expect(same.headers.get('etag')).toBe(etag);
      expect(same.headers.get('cache-control')).toBe('public, max-age=3600');
      expect(pick(same.headers, Object.keys(shared))).toEqual(shared);
    }
    expect((await ask({ headers: { 'if-none-match': '"other"' } })).status).toBe(200);

    const head = await ask({ method: 'HEAD' });
    expect([head.status, head.headers.get('etag'), head.headers.get('content-type')]).toEqual([
      200,
      etag,
      type,
    ]);
    expect(head.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    const preflight = await ask({
      method: 'OPTIONS',
      headers: {
        ...origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'if-none-match',
      },
    });
    expect([preflight.status, pick(preflight.headers, Object.keys(shared))]).toEqual([204, shared]);
    const put = await ask({ method: 'PUT', body: '{}' });
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
  });

  test('everything else is as it was', async () => {
    await using app = await start(options);
    for (const path of ['/mcp', '/mcp?server-card']) {
      const get = await fetch(app.url + path);
      expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const page = await fetch(`${app.url}/mcp`, { headers: { accept: 'text/html' } });
    expect(page.headers.get('content-type')).toMatch('text/html');
    expect((await fetch(`${app.url}/mcp`, { method: 'POST', body: '{}' })).status).toBe(415);
    expect((await fetch(`${app.url}/.well-known/ai-catalog.jsonx`)).status).toBe(404);
  });
});

describe.each(clientKinds)('a client of kind %s', (kind) => {
  test('finds the server by its catalog and card, and sees there what it was told', async () => {
    const app = express();
    await using running = await listen(app);
    const open = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
    const mcp = expressHandler(open, { server, card: { url: running.mcp } });
    app.use('/mcp', mcp).use(aiCatalogHandler(mcp));
    const found = (await (
      await fetch(`${running.url}/.well-known/ai-catalog.json`)
    ).json()) as typeof catalog;
    const read = (await (await fetch(found.entries[0]!.url)).json()) as typeof card;
    await using client = await connect[kind](read.remotes[0]!.url);
    expect((await client.listTools()).map(({ name }) => name)).toEqual(['ping']);
  });
});

test('without the option there is no card, and a catalog of it is a set-up error', async () => {
  const { card: _, ...others } = options;
  await using app = await serve(expressHandler(router, others));
  expect((await fetch(`${app.mcp}/server-card`)).status).toBe(405);
  for (const off of [{}, { card: false }]) {
    const mcp = fetchHandler(router, { ...others, ...off });
    expect(mcp.card).toBeUndefined();
    expect(() => aiCatalogHandler(mcp)).toThrow(/aiCatalogHandler\.servers\[0\]: .*\[CARD_MISSING\]/);
  }
  expect(() => aiCatalogHandler(undefined as never)).toThrow('CARD_MISSING');
});

test('the card says nothing of what callers get', async () => {
  const mcp = fetchHandler(router, options);
  const text = await (await mcp(new Request(`${url}/server-card`))).text();
  expect(text).not.toMatch(/hush|instructions|token/i);
  expect(mcp.card).toEqual(card);
});

test('the card is the same whatever the request says, for callers who would be refused too', async () => {
  await using app = await serve(expressHandler(router, { ...options, allowedHosts: ['app.example.com'] }));
  for (const headers of [
    { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'http' },
    { authorization: 'Bearer wrong' },
    { origin: 'https://evil.example' },
  ]) {
    const response = await fetch(`${app.mcp}/server-card`, { headers });
    expect([response.status, await response.json()]).toEqual([200, card]);
  }
});

test('with cors, pages still see the tag', async () => {
  const mcp = fetchHandler(router, {
    ...options,
    cors: { origins: ['https://client.example'], credentials: true },
  });
  const read = (origin: string) => mcp(new Request(`${url}/server-card`, { headers: { origin } }));
  const named = await read('https://client.example');
  expect(named.headers.get('access-control-expose-headers')).toBe('ETag, www-authenticate, mcp-session-id');
  expect(named.headers.get('access-control-allow-origin')).toBe('https://client.example');
  const other = await read('https://other.example');
  expect(other.headers.get('access-control-expose-headers')).toBe('ETag');
  expect(other.headers.get('access-control-allow-origin')).toBe('*');
});

test('an endpoint that is itself called server-card is told from its card', async () => {
  const own = { card: { url: 'https://app.example.com/server-card' }, server };
  const open = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') });
  await using app = await listen(express().use('/server-card', expressHandler(open, own)));
  expect((await fetch(`${app.url}/server-card`)).status).toBe(405);
  expect((await fetch(`${app.url}/server-card/server-card`)).status).toBe(200);
});

test('the card and the metadata stand side by side below one endpoint', async () => {
  const mcp = fetchHandler(router, options);
  const metadata = await mcp(new Request(`${url}/.well-known/oauth-protected-resource`));
  expect(await metadata.json()).toMatchObject({ resource: url });
  expect((await mcp(new Request(`${url}/server-card`))).status).toBe(200);
});

test('what the option says comes before what the server says', () => {
  const headers = [
    { name: 'X-Api-Key', description: 'Your key', isRequired: true, isSecret: true },
    { name: 'X-Region', choices: ['eu', 'us'], default: 'eu' },
    { name: 'X-Auth', value: 'Key {key}', variables: { key: { isSecret: true } } },
  ];
  const repository = { url: 'https://github.com/example/notes', source: 'github', subfolder: 'server' };
  const mcp = fetchHandler(t.router({ ping: t.procedure.meta({ mcp: true }).query(() => 'pong') }), {
    server: { name: 'notes', version: '1.0.0' },
    legacy: 'reject',
    card: {
      name: 'com.example/notes',
      description: 'Notes.',
      url: new URL('http://localhost:3000/mcp/'),
      repository,
      headers,
    },
  });
  expect(mcp.card).toEqual({
    $schema: card.$schema,
    name: 'com.example/notes',
    version: '1.0.0',
    description: 'Notes.',
    repository,
    remotes: [
      {
        type: 'streamable-http',
        url: 'http://localhost:3000/mcp/',
        headers,
        supportedProtocolVersions: ['2026-07-28'],
      },
    ],
  });
  expect(aiCatalogHandler(mcp)(new Request('http://localhost:3000/.well-known/ai-catalog.json')).status).toBe(
    200,
  );
});

const noResource = { authenticate: () => undefined };

test.each<[string, HandlerOptions, string]>([
  ['no server', { card: true }, 'server.version'],
  ['a name without a domain', { card: true, server: { ...server, name: 'notes' } }, 'card.name'],
  ['a name with two slashes', { card: { name: 'com.example/a/b' }, server }, 'card.name'],
  ['an empty name', { card: { name: '' }, server }, 'card.name'],
  ['a long name', { card: { name: `com.example/${'a'.repeat(200)}` }, server }, 'card.name'],
  ['no description', { card: true, server: { name: 'a.b/c', version: '1.0.0' } }, 'card.description'],
  ['an empty description', { card: { description: ' ' }, server }, 'card.description'],
  ['a long description', { card: { description: 'x'.repeat(101) }, server }, 'card.description'],
  ['a range for a version', { card: true, server: { ...server, version: '^1.2.3' } }, 'server.version'],
  ['another range', { card: true, server: { ...server, version: '1.x' } }, 'server.version'],
  ['no version', { card: true, server: { ...server, version: '' } }, 'server.version'],
  ['a long title', { card: true, server: { ...server, title: 'x'.repeat(101) } }, 'server.title'],
  ['a page that is a path', { card: true, server: { ...server, websiteUrl: '/about' } }, 'server.websiteUrl'],
  [
    'an icon that is a path',
    { card: true, server: { ...server, icons: [{ src: '/icon.png' }] } },
    'server.icons',
  ],
  [
    'an icon with one size that is no list',
    { card: true, server: { ...server, icons: [{ src: 'https://a.b/i.png', sizes: '48x48' as never }] } },
    'server.icons',
  ],
  [
    'an icon for another theme',
    { card: true, server: { ...server, icons: [{ src: 'https://a.b/i.png', theme: 'pink' as never }] } },
    'server.icons',
  ],
  ['no URL', { card: true, server, auth: noResource }, 'card.url'],
  ['a path for a URL', { card: { url: '/mcp' }, server }, 'card.url'],
  ['a URL with a query', { card: { url: `${url}?toolsets=a` }, server }, 'card.url'],
  ['a URL with an empty query', { card: { url: `${url}?` }, server, auth: noResource }, 'card.url'],
  ['a URL with an empty fragment', { card: { url: `${url}#` }, server, auth: noResource }, 'card.url'],
  [
    'a URL without slashes',
    { card: { url: 'https:app.example.com/mcp' }, server, auth: noResource },
    'card.url',
  ],
  [
    'a URL with backslashes',
    { card: { url: 'https:\\\\app.example.com\\mcp' }, server, auth: noResource },
    'card.url',
  ],
  ['a URL with a password', { card: { url: 'https://a:b@app.example.com/mcp' }, server }, 'card.url'],
  ['a URL of another protocol', { card: { url: 'ftp://app.example.com/mcp' }, server }, 'card.url'],
  ['a URL without TLS', { card: { url: 'http://app.example.com/mcp' }, server }, 'card.url'],
  [
    'another URL than that of the tokens',
    { card: { url: 'https://other.example.com/mcp' }, server },
    'card.url',
  ],
  ['a repository without a source', { card: { repository: { url } as never }, server }, 'card.repository'],
  ['headers that are no list', { card: { headers: {} as never }, server }, 'card.headers'],
  ['a header without a name', { card: { headers: [{ name: 'x y' }] }, server }, 'card.headers'],
  ['a header with more', { card: { headers: [{ name: 'x', secret: 1 } as never] }, server }, 'card.headers'],
])('%s is a set-up error', (_what, given, path) => {
  const make = () => fetchHandler(router, { auth, ...given });
  expect(make).toThrow(
    expect.objectContaining({
      problems: expect.arrayContaining([expect.objectContaining({ code: 'CARD_INVALID', path })]) as unknown,
    }) as Error,
  );
});

test('values of a wrong kind and other names are set-up errors', () => {
  const make = (given: unknown) => () => fetchHandler(router, { auth, server, card: given as true });
  for (const wrong of ['yes', 1, null, []])
    expect(make(wrong)).toThrow(
      'card: it has to be true, false or { name, description, url, … } [OPTION_INVALID]',
    );
  expect(make({ nam: 'a' })).toThrow('card.nam: it is not an option; did you mean name? [OPTION_UNKNOWN]');
  expect(make({ repository: { url, source: 'x', folder: '' } })).toThrow(
    'card.repository.folder: it is not an option',
  );
});

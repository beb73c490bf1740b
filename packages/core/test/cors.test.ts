import { initTRPC, TRPCError } from '@trpc/server';
import { createServer } from 'node:http';
import { describe, expect, test } from 'vitest';
import { mcpHandler as expressHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import { type CorsOptions, type McpMeta, SetupError } from '../src/index.ts';
import { call, eras, headersOf, post, request } from './messages.ts';
import { listen, serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });
const router = t.router({
  ping: tool.query(() => ({ pong: true })),
  deny: tool.query(() => {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
  }),
});

const page = 'https://app.example.com';
const named = { origins: [page, 'https://other.example.com'] };
const mcpHeaders =
  'authorization, content-type, accept, mcp-protocol-version, mcp-method, mcp-name, mcp-session-id, last-event-id';

describe('without the option', () => {
  test('a browser that asks is refused, and an answer says nothing of origins', async () => {
    await using server = await serve(expressHandler(router, { allowedOrigins: [page] }));
    const asked = await preflight(server.mcp, page);
    expect(asked.status).toBe(405);
    expect(corsOf(asked.headers)).toEqual({});
    const answer = await call(server.mcp, 'modern', 'ping', undefined, { origin: page });
    expect([answer.status, corsOf(answer.headers)]).toEqual([200, {}]);
  });
});

describe('with origins by name', () => {
  const shared = {
    'access-control-allow-origin': page,
    'access-control-expose-headers': 'www-authenticate, mcp-session-id',
    vary: 'Origin',
  };

  test('a browser that asks is told what a page may send', async () => {
    await using server = await serve(expressHandler(router, { cors: named }));
    const { status, headers } = await preflight(server.mcp, page);
    expect([status, corsOf(headers)]).toEqual([
      204,
      {
        ...shared,
        'access-control-allow-methods': 'POST, GET, DELETE',
        'access-control-allow-headers': mcpHeaders,
        'access-control-max-age': '7200',
        vary: 'Origin, Access-Control-Request-Headers',
      },
    ]);
  });

  test("headers of tools' parameters and of the app are let through, and no others", async () => {
    await using server = await serve(
      expressHandler(router, { cors: { ...named, headers: ['X-Workspace'] } }),
    );
    const asked = 'mcp-name,Mcp-Param-Region, mcp-param-, x-evil,mcp-param-a b,mcp-param-city';
    const { headers } = await preflight(server.mcp, page, { 'access-control-request-headers': asked });
    expect(headers.get('access-control-allow-headers')).toBe(
      `${mcpHeaders}, x-workspace, mcp-param-region, mcp-param-city`,
    );
  });

  test.each(eras)(
    'every answer in the %s era can be read by the page: results, errors, refusals',
    async (era) => {
      await using server = await serve(expressHandler(router, { cors: named, maxBodyBytes: 2000 }));
      const headers = { origin: page };
      const long = { text: 'x'.repeat(3000) };
      const answers = await Promise.all([
        call(server.mcp, era, 'ping', undefined, headers),
        call(server.mcp, era, 'deny', undefined, headers),
        call(server.mcp, era, 'nobody', undefined, headers),
        call(server.mcp, era, 'ping', long, headers),
        request(server.mcp, era, 'nothing/like/it', {}, headers),
        post(server.mcp, '{"broken', headers),
        post(server.mcp, '{}', { ...headers, 'content-type': 'text/plain' }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([
        200,
        401,
        200,
        413,
        era === 'modern' ? 404 : 200,
        400,
        415,
      ]);
      for (const answer of answers) expect(corsOf(answer.headers)).toEqual(shared);
    },
  );

  test('a stream can be read by the page', async () => {
    await using server = await serve(expressHandler(router, { cors: named }));
    const response = await listenFor(server.mcp, page);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(corsOf(response.headers)).toEqual(shared);
    await response.body?.cancel();
  });

  test('other pages are refused, and cannot read that', async () => {
    await using server = await serve(expressHandler(router, { cors: named }));
    const evil = 'https://evil.example';
    const [asked, answer] = await Promise.all([
      preflight(server.mcp, evil),
      call(server.mcp, 'modern', 'ping', undefined, { origin: evil }),
    ]);
    expect([asked.status, corsOf(asked.headers)]).toEqual([403, { vary: 'Origin' }]);
    expect([answer.status, corsOf(answer.headers)]).toEqual([403, { vary: 'Origin' }]);
  });

  test("the app's own pages and programs go on calling", async () => {
    await using server = await serve(expressHandler(router, { cors: named }));
    const own = await call(server.mcp, 'modern', 'ping', undefined, { origin: server.url });
    const program = await call(server.mcp, 'modern', 'ping');
    expect([own.status, corsOf(own.headers)]).toEqual([200, { vary: 'Origin' }]);
    expect([program.status, corsOf(program.headers)]).toEqual([200, { vary: 'Origin' }]);
  });

  test('origins that are allowed without CORS stay allowed, and are no readers', async () => {
    const allowedOrigins = ['https://proxy.example.com'];
    await using server = await serve(expressHandler(router, { cors: named, allowedOrigins }));
    const answer = await call(server.mcp, 'modern', 'ping', undefined, { origin: allowedOrigins[0]! });
    expect([answer.status, corsOf(answer.headers)]).toEqual([200, { vary: 'Origin' }]);
  });

  test('a page may send cookies where the option says so', async () => {
    await using server = await serve(expressHandler(router, { cors: { ...named, credentials: true } }));
    const answer = await call(server.mcp, 'modern', 'ping', undefined, { origin: page });
    expect(corsOf(answer.headers)).toEqual({ ...shared, 'access-control-allow-credentials': 'true' });
  });

  test('what an answer varies by already is kept', async () => {
    const options = {
      cors: named,
      createContext: ({ res }: { res: { setHeader(name: string, value: string): unknown } }) => {
        res.setHeader('vary', 'Cookie');
        return {};
      },
    };
    await using server = await listen(nodeHandler(router, options));
    const answer = await call(server.url, 'modern', 'ping', undefined, { origin: page });
    expect(answer.headers.get('vary')).toBe('Cookie, Origin');
    const handler = fetchHandler(router, {
      cors: named,
      createContext: ({ resHeaders }) => {
        resHeaders.set('vary', 'Cookie');
        return {};
      },
    });
    const response = await handler(
      new Request('http://localhost/mcp', {
        method: 'POST',
        headers: {
          ...headersOf('modern', 'tools/call', { name: 'ping' }),
          'content-type': 'application/json',
          origin: page,
        },
        body: JSON.stringify(pingMessage),
      }),
    );
    expect([response.status, response.headers.get('vary')]).toEqual([200, 'Cookie, Origin']);
  });
});

describe('with every origin', () => {
  test.each([true, { origins: true }] as const)('any page may call and read: %j', async (cors) => {
    await using server = await serve(expressHandler(router, { cors }));
    const asked = await preflight(server.mcp, 'https://anybody.example');
    expect([asked.status, asked.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    const answer = await call(server.mcp, 'legacy', 'ping', undefined, { origin: 'null' });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test('a host name that is not served is refused all the same', async () => {
    await using server = await serve(
      expressHandler(router, { cors: true, allowedHosts: ['mcp.example.com'] }),
    );
    expect((await preflight(server.mcp, page)).status).toBe(403);
  });
});

test('OPTIONS that no browser sends is answered as any method that is not served', async () => {
  await using server = await listen(nodeHandler(router, { cors: true }));
  expect((await fetch(server.url, { method: 'OPTIONS' })).status).toBe(405);
  expect((await fetch(server.url, { method: 'OPTIONS', headers: { origin: page } })).status).toBe(405);
});

test.each<[string, unknown, { code: string; path: string }[]]>([
  ['no page', { origins: [] }, [{ code: 'CORS_INVALID', path: 'cors' }]],
  ['no list', { origins: '*' }, [{ code: 'CORS_INVALID', path: 'cors' }]],
  ['nothing', {}, [{ code: 'CORS_INVALID', path: 'cors' }]],
  ['a string', page, [{ code: 'CORS_INVALID', path: 'cors' }]],
  ['a wildcard', { origins: ['*'] }, [{ code: 'ORIGIN_INVALID', path: 'cors.origins' }]],
  [
    'URLs',
    { origins: ['https://a.example/', 'b.example'] },
    [
      { code: 'ORIGIN_INVALID', path: 'cors.origins' },
      { code: 'ORIGIN_INVALID', path: 'cors.origins' },
    ],
  ],
  [
    'cookies for every page',
    { origins: true, credentials: true },
    [{ code: 'CORS_CREDENTIALS', path: 'cors.credentials' }],
  ],
  [
    'no header name',
    { origins: [page], headers: ['x-a, x-b', ''] },
    [
      { code: 'CORS_INVALID', path: 'cors.headers' },
      { code: 'CORS_INVALID', path: 'cors.headers' },
    ],
  ],
])('a set-up error says that the option lets in %s', (_, cors, problems) => {
  const error = setupErrorOf(() => nodeHandler(router, { cors: cors as CorsOptions }));
  expect(error.problems.map(({ code, path }) => ({ code, path }))).toEqual(problems);
});

test('the option is a part of a handler that a server takes', () => {
  createServer(
    nodeHandler(router, { cors: { origins: [page], headers: ['x-a'], credentials: false } }),
  ).close();
});

const pingMessage = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'ping',
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};

function setupErrorOf(mount: () => unknown): SetupError {
  try {
    mount();
  } catch (error) {
    if (error instanceof SetupError) return error;
  }
  throw new Error('it mounts');
}

function preflight(url: string, origin: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST', ...headers },
  });
}

function listenFor(url: string, origin: string): Promise<Response> {
  const method = 'subscriptions/listen';
  const { _meta } = pingMessage.params;
  return fetch(url, {
    method: 'POST',
    headers: {
      ...headersOf('modern', method),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      origin,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { notifications: { toolsListChanged: true }, _meta },
    }),
  });
}

/** The CORS headers of the answer. */
function corsOf(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    [...headers].filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
  );
}

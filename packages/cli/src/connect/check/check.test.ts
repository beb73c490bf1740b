import { bearer, type McpMeta, resourceMetadataHandler, type VerifyToken } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { initTRPC, TRPCError } from '@trpc/server';
import { createHTTPHandler } from '@trpc/server/adapters/standalone';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { checkEndpoint, type EndpointReport, hasMissing } from './check.ts';
import { type CheckedClient, checkedClients } from './client-demands.ts';
import type { DemandId } from './finding.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({
  ping: t.procedure.meta({ mcp: { description: 'Answers pong.' } }).query(() => 'pong'),
  list_orders: t.procedure.meta({ mcp: { description: 'Lists orders.' } }).query(() => []),
});
const verify: VerifyToken = (token, { resource }) =>
  token === 'good-token'
    ? { subject: 'u1', clientId: 'c1', scopes: [], audience: resource, expiresAt: 4_000_000_000 }
    : undefined;

/** What an authorization server says of itself, and whatever a test wants otherwise. */
async function startIssuer(
  change: Record<string, unknown> = {},
  path = '/.well-known/oauth-authorization-server',
): Promise<string> {
  const origin: string = await listen((req, res) => {
    if (req.url !== path) {
      res.writeHead(404).end();
      return;
    }
    const metadata = {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      ...change,
    };
    res.setHeader('content-type', 'application/json').end(JSON.stringify(metadata));
  });
  return origin;
}

interface OAuthApp {
  issuer: string;
  /** Which places of the metadata are served: all by default. */
  serves?: (path: string) => boolean;
  resource?: (origin: string) => string;
  change?: (req: IncomingMessage, res: ServerResponse) => boolean;
}

async function startOAuthApp({ issuer, serves = () => true, resource, change }: OAuthApp): Promise<string> {
  let handler: RequestListener | undefined;
  const origin = await listen((req, res) => handler!(req, res));
  const oauth = bearer({
    verify,
    resource: resource?.(origin) ?? `${origin}/mcp`,
    authorizationServers: [issuer],
  });
  const mcp = mcpHandler(router, { auth: oauth });
  const metadata = resourceMetadataHandler(oauth);
  handler = (req, res) => {
    if (change?.(req, res)) return;
    const { pathname } = new URL(req.url!, origin);
    if (pathname.startsWith('/.well-known/') && serves(pathname)) {
      metadata(req, res);
      return;
    }
    if (pathname.startsWith('/mcp')) {
      void mcp(req, res);
      return;
    }
    res.writeHead(404).end();
  };
  return origin;
}

/** What is not as a client needs it, as one line for each demand. */
function faults(report: EndpointReport, client: CheckedClient): string[] {
  const { findings } = report.clients.find((one) => one.client === client)!;
  return findings
    .filter(({ state }) => state === 'missing' || state === 'warning')
    .map(({ demand, state }) => `${demand} ${state}`);
}

function find(report: EndpointReport, demand: DemandId) {
  return report.findings.find((finding) => finding.demand === demand);
}

test('an open endpoint has all that clients on this machine need', async () => {
  const mcp = mcpHandler(router, {});
  const origin = await listen((req, res) => void mcp(req, res));
  const report = await checkEndpoint(`${origin}/mcp?toolsets=ping&readonly=1`, {}, checkedClients);
  expect(report.access).toBe('open');
  expect(find(report, 'mcp')?.detail).toBe('The official client lists 1 tool.');
  expect(report.toolNames).toEqual(['ping']);
  expect(hasMissing(report)).toBe(false);
  expect(faults(report, 'cursor')).toEqual([]);
  expect(faults(report, 'claude.ai')).toEqual(['internet warning']);
});

test('an OAuth resource server with all metadata misses nothing', async () => {
  const origin = await startOAuthApp({ issuer: await startIssuer() });
  const report = await checkEndpoint(`${origin}/mcp`, {}, checkedClients);
  expect(report.access).toBe('oauth');
  const remote: Partial<Record<CheckedClient, string[]>> = {
    'claude.ai': ['internet warning'],
    chatgpt: ['internet warning'],
  };
  expect(report.clients.map(({ client }) => [client, faults(report, client)])).toEqual(
    checkedClients.map((client) => [client, remote[client] ?? []]),
  );
});

test('a good token is tried with the official client, and a bad one is told apart', async () => {
  const origin = await startOAuthApp({ issuer: await startIssuer() });
  const good = await checkEndpoint(`${origin}/mcp`, { Authorization: 'Bearer good-token' }, ['cursor']);
  expect([good.isAuthorized, good.isRefused, good.toolNames]).toEqual([true, false, ['list_orders', 'ping']]);
  const bad = await checkEndpoint(`${origin}/mcp`, { Authorization: 'Bearer bad-token-1' }, ['cursor']);
  expect([bad.isAuthorized, bad.isRefused, bad.toolNames]).toEqual([false, true, undefined]);
  expect(find(bad, 'mcp')?.fix).toBe("check the token: --header 'Authorization: Bearer …'");
});

test('metadata that are only below the endpoint are not found by clients that look at fixed places', async () => {
  const origin = await startOAuthApp({ issuer: await startIssuer(), serves: () => false });
  const report = await checkEndpoint(`${origin}/mcp`, {}, checkedClients);
  expect(faults(report, 'cursor')).toEqual([]);
  expect(faults(report, 'claude.ai')).toEqual(['internet warning', 'metadata missing', 'root missing']);
  expect(find(report, 'metadata')).toEqual({
    demand: 'metadata',
    state: 'missing',
    detail: `There are no metadata at ${origin}/.well-known/oauth-protected-resource/mcp.`,
    fix: `serve resourceMetadataHandler(oauth) at ${origin}/.well-known/oauth-protected-resource/mcp`,
  });
});

test('a challenge that clients can not follow is missing', async () => {
  const issuer = await startIssuer();
  const challenges: [string | undefined, string][] = [
    [undefined, 'The 401 has no header WWW-Authenticate.'],
    ['Bearer', 'WWW-Authenticate has no resource_metadata.'],
    [
      'Bearer resource_metadata="/.well-known/oauth-protected-resource"',
      'resource_metadata is not an absolute URL: /.well-known/oauth-protected-resource.',
    ],
  ];
  for (const [challenge, detail] of challenges) {
    const origin = await startOAuthApp({
      issuer,
      change(req, res) {
        if (req.url !== '/mcp') return false;
        res.writeHead(401, challenge === undefined ? {} : { 'www-authenticate': challenge }).end();
        return true;
      },
    });
    const report = await checkEndpoint(`${origin}/mcp`, {}, ['vscode']);
    expect([report.access, find(report, 'sign-in')?.detail]).toEqual(['oauth', detail]);
    expect(hasMissing(report)).toBe(true);
  }
});

test('metadata of another resource are missing, and those of a parent are a warning', async () => {
  const issuer = await startIssuer();
  const serve = (resource: (origin: string) => string) =>
    startOAuthApp({
      issuer,
      change(req, res) {
        if (!req.url!.includes('/.well-known')) return false;
        const origin = `http://${req.headers.host}`;
        res.end(JSON.stringify({ resource: resource(origin), authorization_servers: [issuer] }));
        return true;
      },
    });
  const other = await serve(() => 'https://other.example/mcp');
  expect(find(await checkEndpoint(`${other}/mcp`, {}, ['codex']), 'resource')?.state).toBe('missing');
  const parent = await serve((origin) => origin);
  expect(find(await checkEndpoint(`${parent}/mcp`, {}, ['codex']), 'resource')?.state).toBe('warning');
  const slash = await serve((origin) => `${origin}/mcp/`);
  expect(find(await checkEndpoint(`${slash}/mcp?readonly=1`, {}, ['codex']), 'resource')?.state).toBe('ok');
});

test('metadata with another content type are a warning', async () => {
  const issuer = await startIssuer();
  const origin = await startOAuthApp({
    issuer,
    change(req, res) {
      if (!req.url!.startsWith('/mcp/.well-known')) return false;
      const resource = `http://${req.headers.host}/mcp`;
      res
        .setHeader('content-type', 'text/html')
        .end(JSON.stringify({ resource, authorization_servers: [issuer] }));
      return true;
    },
  });
  expect(find(await checkEndpoint(`${origin}/mcp`, {}, ['zed']), 'sign-in')).toEqual({
    demand: 'sign-in',
    state: 'warning',
    detail: `The metadata at ${origin}/mcp/.well-known/oauth-protected-resource are JSON, but their content type is text/html.`,
    fix: 'answer with the content type application/json',
  });
});

test('JSON-RPC that is not MCP is told apart at once', async () => {
  const origin = await listen((_, res) => {
    res.setHeader('content-type', 'application/json').end('{"jsonrpc":"2.0","id":1,"result":{}}');
  });
  expect(find(await checkEndpoint(`${origin}/rpc`, {}, ['zed']), 'answers')?.detail).toBe(
    'It answers with JSON-RPC, but not as MCP: the result of initialize has no protocolVersion.',
  );
});

test('what the authorization server lacks is said', async () => {
  const cases: [Record<string, unknown>, DemandId, string][] = [
    [{ code_challenge_methods_supported: ['plain'] }, 'pkce', 'missing'],
    [{ registration_endpoint: undefined }, 'register', 'missing'],
    [
      { registration_endpoint: undefined, client_id_metadata_document_supported: true },
      'register',
      'missing',
    ],
    [
      {
        registration_endpoint: undefined,
        client_id_metadata_document_supported: true,
        token_endpoint_auth_methods_supported: ['none'],
      },
      'register',
      'ok',
    ],
    [{ issuer: 'https://other.example' }, 'issuer', 'missing'],
    [{ token_endpoint: undefined }, 'issuer', 'missing'],
  ];
  for (const [change, demand, state] of cases) {
    const origin = await startOAuthApp({ issuer: await startIssuer(change) });
    const report = await checkEndpoint(`${origin}/mcp`, {}, ['claude-code']);
    expect([change, find(report, demand)?.state]).toEqual([change, state]);
  }
});

test('metadata by OpenID Connect count too, and none at all do not', async () => {
  const oidc = await startOAuthApp({ issuer: await startIssuer({}, '/.well-known/openid-configuration') });
  expect(find(await checkEndpoint(`${oidc}/mcp`, {}, ['cursor']), 'issuer')?.state).toBe('ok');
  const none = await startOAuthApp({
    issuer: await listen((_, res) => {
      res.writeHead(404).end();
    }),
  });
  expect(faults(await checkEndpoint(`${none}/mcp`, {}, ['cursor']), 'cursor')).toEqual([
    'issuer missing',
    'pkce missing',
    'register missing',
  ]);
});

test('an endpoint with a plain token is for clients that take headers', async () => {
  const auth = {
    authenticate: (request: Request) => {
      if (request.headers.get('authorization') === 'Bearer good-token')
        return { token: 'x', clientId: 'c', scopes: [] };
      throw new TRPCError({ code: 'UNAUTHORIZED' });
    },
    required: true,
  };
  const mcp = mcpHandler(router, { auth });
  const origin = await listen((req, res) => {
    if (req.url!.startsWith('/.well-known')) {
      res.writeHead(404).end();
      return;
    }
    void mcp(req, res);
  });
  const without = await checkEndpoint(`${origin}/mcp`, {}, ['cursor', 'chatgpt']);
  expect(without.access).toBe('token');
  expect(
    without.clients.map(({ findings }) => findings.find(({ demand }) => demand === 'sign-in')?.detail),
  ).toEqual([
    'The endpoint wants a token, and offers no OAuth to get one.',
    'ChatGPT takes OAuth only, and the endpoint wants a plain token.',
  ]);
  const withToken = await checkEndpoint(`${origin}/mcp`, { Authorization: 'Bearer good-token' }, [
    'cursor',
    'claude.ai',
  ]);
  expect([faults(withToken, 'cursor'), faults(withToken, 'claude.ai')]).toEqual([
    [],
    ['internet warning', 'sign-in missing'],
  ]);
});

test('what is not an MCP endpoint is told in words, with the fix', async () => {
  const mcp = mcpHandler(router, {});
  const trpc = createHTTPHandler({ router, basePath: '/trpc/' });
  const origin = await listen((req, res) => {
    const { pathname } = new URL(req.url!, 'http://localhost');
    const page = () =>
      void res.setHeader('content-type', 'text/html').end('<!doctype html><title>Home</title>');
    if (pathname === '/mcp') {
      void mcp(req, res);
      return;
    }
    if (pathname.startsWith('/trpc/')) {
      trpc(req, res);
      return;
    }
    if (pathname === '/') {
      page();
      return;
    }
    if (pathname === '/old') {
      res.writeHead(308, { location: '/mcp' }).end();
      return;
    }
    if (pathname === '/app') {
      res.writeHead(302, { location: '/login?next=%2Fapp' }).end();
      return;
    }
    if (pathname === '/read') {
      res.writeHead(405, { allow: 'GET' }).end();
      return;
    }
    if (pathname === '/picky') {
      res.writeHead(406).end();
      return;
    }
    if (pathname === '/broken') {
      res.writeHead(500).end('oops');
      return;
    }
    if (pathname === '/guarded') {
      res.writeHead(403).end();
      return;
    }
    if (pathname === '/json') {
      res.setHeader('content-type', 'application/json').end('{"ok":true}');
      return;
    }
    res.writeHead(404).end();
  });
  const told = async (path: string) => {
    const report = await checkEndpoint(origin + path, {}, ['cursor']);
    const { state, detail, fix } = find(report, 'answers')!;
    return [state, detail.replaceAll(origin, ''), fix?.replaceAll(origin, '')];
  };
  expect(await told('/')).toEqual(['missing', 'It answers with a web page.', 'use /mcp']);
  expect(await told('/nothing')).toEqual(['missing', 'There is nothing at /nothing (404).', 'use /mcp']);
  expect(await told('/read')).toEqual(['missing', '/read takes no POST (405).', 'use /mcp']);
  expect(await told('/trpc/ping')).toEqual(['missing', 'It answers as tRPC, not as MCP.', 'use /mcp']);
  expect(await told('/json')).toEqual([
    'missing',
    'It answers with 200, but not with JSON-RPC (application/json).',
    'use /mcp',
  ]);
  expect(await told('/old')).toEqual([
    'missing',
    'It redirects to /mcp, and clients lose the request there.',
    'use /mcp',
  ]);
  expect(await told('/app')).toEqual([
    'missing',
    'It redirects to /login?next=%2Fapp, as for people who have to sign in.',
    'let /app through without that middleware; MCP clients want 401 instead',
  ]);
  expect((await told('/picky'))[1]).toBe(
    'It refuses what clients accept (406): application/json and text/event-stream.',
  );
  expect((await told('/broken'))[1]).toBe('The server failed with 500.');
  expect((await told('/guarded'))[1]).toBe('It refuses with 403, before MCP has a say.');
});

test('what can not be reached is told in words, with the fix', async () => {
  const origin = await listen(() => undefined);
  const [server] = servers.splice(0);
  const { port } = server!.address() as AddressInfo;
  await new Promise((resolve) => server!.close(resolve));
  const told = async (url: string) => find(await checkEndpoint(url, {}, ['cursor']), 'answers');
  expect(await told(`${origin}/mcp`)).toEqual({
    demand: 'answers',
    state: 'missing',
    detail: `Nothing listens at localhost:${port}: the connection was refused.`,
    fix: 'start the server, or check host and port',
  });
  expect((await told('http://no-such-host.invalid/mcp'))?.detail).toBe(
    'No address is known for no-such-host.invalid (DNS).',
  );
  const plain = await listen((_, res) => {
    res.end();
  });
  expect((await told(`${plain.replace('http:', 'https:')}/mcp`))?.fix).toContain(
    `use ${plain}/mcp, or serve https there`,
  );
});

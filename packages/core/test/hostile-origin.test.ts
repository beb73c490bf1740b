import { initTRPC } from '@trpc/server';
import net from 'node:net';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import type { McpMeta } from '../src/index.ts';
import { headersOf, rpcError, send, toMessage } from './messages.ts';
import { serve, type TestServer } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });

const badHost = (host: string) => ({
  status: 403,
  body: rpcError(
    -32_600,
    `Host ${JSON.stringify(host)} is not served here; add it to the option allowedHosts`,
  ),
});
const badOrigin = (origin: string) => ({
  status: 403,
  body: rpcError(
    -32_600,
    `pages of ${JSON.stringify(origin)} may not call; add it to the option allowedOrigins`,
  ),
});
const served = { status: 200, body: { result: { structuredContent: { pong: true } } } };

describe('Host', () => {
  test.each(['localhost', 'localhost:1234', 'LocalHost', '127.0.0.1', '127.0.0.1:80', '[::1]', '[::1]:3000'])(
    '%s is served on a loopback connection',
    async (host) => {
      await using server = await serve(mcpHandler(router));
      expect(await ask(server, { host })).toMatchObject(served);
    },
  );

  test.each([
    'evil.example',
    'evil.example:80',
    'localhost.evil.example',
    'evil.example#localhost',
    '127.0.0.1.evil.example',
    '0.0.0.0',
    'not a host',
  ])('%j is refused on a loopback connection', async (host) => {
    await using server = await serve(mcpHandler(router));
    expect(await ask(server, { host })).toEqual(badHost(host));
  });

  test('none is refused on a loopback connection, as HTTP/1.0 allows', async () => {
    await using server = await serve(mcpHandler(router));
    const socket = net.connect(server.port, '127.0.0.1');
    socket.end('POST /mcp HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}');
    const answer = (await socket.setEncoding('utf8').toArray()).join('');
    expect(answer).toMatch(/^HTTP\/1\.1 403 /);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!)).toEqual(badHost('').body);
  });

  test('any is served on a connection from elsewhere', async () => {
    await using server = await serve(mcpHandler(router), (req, _res, next) => {
      Object.defineProperty(req.socket, 'localAddress', { value: '10.0.0.5' });
      next();
    });
    expect(await ask(server, { host: 'app.example' })).toMatchObject(served);
  });

  test('only those of allowedHosts are served where it is given', async () => {
    await using server = await serve(
      mcpHandler(router, { allowedHosts: ['app.example', 'other.example:8080'] }),
    );
    for (const host of ['app.example', 'app.example:443', 'APP.example', 'other.example:8080']) {
      expect(await ask(server, { host })).toMatchObject(served);
    }
    for (const host of ['evil.example', 'localhost', 'other.example', 'other.example:1', 'x.app.example']) {
      expect(await ask(server, { host })).toEqual(badHost(host));
    }
  });

  test('all are served where allowedHosts is true', async () => {
    await using server = await serve(mcpHandler(router, { allowedHosts: true }));
    for (const host of ['evil.example', 'localhost', 'not a host'])
      expect(await ask(server, { host })).toMatchObject(served);
  });
});

describe('Origin', () => {
  test('the own one is served, whether TLS ends before the app or not', async () => {
    await using server = await serve(mcpHandler(router, { allowedHosts: ['app.example'] }));
    for (const origin of ['http://app.example', 'https://app.example']) {
      expect(await ask(server, { host: 'app.example', origin })).toMatchObject(served);
    }
    expect(await ask(server, { host: 'app.example:8443', origin: 'https://app.example:8443' })).toMatchObject(
      served,
    );
    await using local = await serve(mcpHandler(router));
    expect(await ask(local, { host: `127.0.0.1:${local.port}`, origin: local.url })).toMatchObject(served);
  });

  test.each([
    ['http://127.0.0.1:3000', '127.0.0.1:3000', 200],
    ['http://[::1]:3000', '[::1]:3000', 200],
    ['http://127.0.0.1:3001', '127.0.0.1:3001', 403],
    ['http://127.0.0.1:3000', 'localhost:3000', 403],
    ['http://evil.example:3000', 'evil.example:3000', 403],
  ])(
    '%s at Host %s gets %i from Next.js, which writes localhost into the URL',
    async (origin, host, status) => {
      const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });
      const headers = { origin, host, 'content-type': 'application/json' };
      const request = new Request('http://localhost:3000/mcp', { method: 'POST', headers, body });
      expect((await fetchHandler(router)(request)).status).toBe(status);
    },
  );

  test.each([
    'https://evil.example',
    'http://127.0.0.1:1',
    'http://localhost',
    'null',
    'file://',
    'chrome-extension://abcdef',
    'not an origin',
    '',
  ])('%j is refused', async (origin) => {
    await using server = await serve(mcpHandler(router));
    expect(await ask(server, { host: `127.0.0.1:${server.port}`, origin })).toEqual(badOrigin(origin));
  });

  test('an evil one is refused whatever else is wrong, and whichever hosts are allowed', async () => {
    await using server = await serve(mcpHandler(router, { allowedHosts: true }));
    const headers = { host: 'evil.example', origin: 'https://other.example' };
    expect(await ask(server, headers)).toEqual(badOrigin('https://other.example'));
    expect(await ask(server, { ...headers, 'content-type': 'text/plain' })).toEqual(
      badOrigin('https://other.example'),
    );
    expect(await ask(server, headers, 'GET')).toEqual(badOrigin('https://other.example'));
  });

  test('those of allowedOrigins are served besides the own one', async () => {
    const allowedOrigins = ['https://app.example', 'chrome-extension://abcdef'];
    await using server = await serve(mcpHandler(router, { allowedOrigins }));
    const host = `127.0.0.1:${server.port}`;
    for (const origin of [...allowedOrigins, server.url]) {
      expect(await ask(server, { host, origin })).toMatchObject(served);
    }
    for (const origin of [
      'http://app.example',
      'https://app.example:8443',
      'https://x.app.example',
      'null',
    ]) {
      expect(await ask(server, { host, origin })).toEqual(badOrigin(origin));
    }
  });

  test('all are served where allowedOrigins is true', async () => {
    await using server = await serve(mcpHandler(router, { allowedOrigins: true }));
    for (const origin of ['https://evil.example', 'null', '']) {
      expect(await ask(server, { host: 'localhost', origin })).toMatchObject(served);
    }
  });
});

function ask(server: TestServer, headers: Record<string, string>, method = 'POST') {
  const message = toMessage('modern', 'tools/call', { name: 'ping' });
  const base = { 'content-type': 'application/json', ...headersOf('modern', 'tools/call', { name: 'ping' }) };
  return send(server.mcp, method, { ...base, ...headers }, method === 'POST' ? JSON.stringify(message) : '');
}

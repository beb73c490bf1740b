import { initTRPC } from '@trpc/server';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, test, vi } from 'vitest';
import { mcpHandler as fetchHandler } from '../src/adapters/fetch.ts';
import { mcpHandler as nodeHandler } from '../src/adapters/node.ts';
import type { CallFailure, McpMeta } from '../src/index.ts';
import { headersOf, toMessage } from './messages.ts';

const t = initTRPC.meta<McpMeta>().create();
const router = t.router({ ping: t.procedure.meta({ mcp: true }).query(() => ({ pong: true })) });
const body = JSON.stringify(toMessage('modern', 'tools/call', { name: 'ping' }));
const headers = {
  'content-type': 'application/json',
  ...headersOf('modern', 'tools/call', { name: 'ping' }),
};
const seesWebRequest = { auth: { authenticate: () => undefined } };

test.each([
  ['http://localhost/mcp', undefined, 200],
  ['http://localhost:8080/mcp', 'localhost:8080', 200],
  ['http://[::1]:8080/mcp', undefined, 200],
  // A proxy may have changed it. The host is that of the URL.
  ['http://localhost/mcp', 'other.example', 200],
  ['http://localhost/mcp', 'localhost, evil.example', 400],
  ['http://localhost/mcp', 'localhost, localhost', 400],
  ['http://localhost/mcp', 'ada@localhost', 400],
  ['http://ada@localhost/mcp', undefined, 400],
  ['http://ada:secret@localhost/mcp', undefined, 400],
])('a fetch host that was asked for %s with the Host %s answers with %i', async (url, host, status) => {
  const onError = vi.fn<(failure: CallFailure) => void>();
  const handler = fetchHandler(router, { onError, ...seesWebRequest });
  const request = new Request('http://localhost/mcp', {
    method: 'POST',
    headers: { ...headers, ...(host !== undefined && { host }) },
    body,
  });
  // The platform's Request takes no user in its URL. Another host's may.
  Object.defineProperty(request, 'url', { value: url });
  expect([(await handler(request)).status, onError.mock.calls]).toEqual([status, []]);
});

test.each([
  ['one', (host: string) => ({ ':authority': host }), 200],
  ['the same in both', (host: string) => ({ ':authority': host, host }), 200],
  ['another in each', (host: string) => ({ ':authority': host, host: 'evil.example' }), 400],
  ['one with a user', (host: string) => ({ ':authority': `ada@${host}` }), 400],
])('over HTTP/2, %s is answered with %i', async (_, toHeaders, status) => {
  const onError = vi.fn<(failure: CallFailure) => void>();
  const handler = nodeHandler<typeof router, http2.Http2ServerRequest, http2.Http2ServerResponse>(router, {
    onError,
    ...seesWebRequest,
  });
  const server = http2.createServer((req, res) => void handler(req, res)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = http2.connect(`http://${host}`);
  try {
    const stream = client.request({ ':method': 'POST', ':path': '/', ...headers, ...toHeaders(host) });
    const answered = new Promise((resolve) => stream.once('response', (got) => resolve(got[':status'])));
    stream.end(body).resume();
    expect([await answered, onError.mock.calls]).toEqual([status, []]);
  } finally {
    client.destroy();
    server.close();
  }
});

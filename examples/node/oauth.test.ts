import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { server } from './oauth.ts';

const wellKnown = '/.well-known/oauth-protected-resource';

beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => void server.close());

/** Sends a request as the proxy in front does, with the public name of the host. */
async function send(method: string, path: string, body?: object) {
  const { port } = server.address() as AddressInfo;
  const headers = { host: 'app.example.com', 'content-type': 'application/json' };
  const request = http.request({ host: '127.0.0.1', port, method, path, headers });
  request.end(body && JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

test.each([`/mcp${wellKnown}`, `${wellKnown}/mcp`, wellKnown])('the metadata is at %s', async (path) => {
  const { body } = await send('GET', path);
  expect(JSON.parse(body)).toMatchObject({ resource: 'https://app.example.com/mcp' });
});

test('the challenge names the first of these places', async () => {
  const { status, headers } = await send('POST', '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' });
  expect(status).toBe(401);
  expect(headers['www-authenticate']).toContain(
    `resource_metadata="https://app.example.com/mcp${wellKnown}"`,
  );
});

test('other paths are not there', async () => {
  expect(await send('GET', '/mcpx')).toMatchObject({ status: 404 });
});

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import type { NextApiRequest, NextApiResponse } from 'next';
import { expect, test } from 'vitest';
import handler from '../next-pages.ts';

test('an API route is served after Next.js has parsed the body', async () => {
  const server = createServer((req, res) => {
    void json(req).then((body) =>
      handler(Object.assign(req, { body }) as unknown as NextApiRequest, res as unknown as NextApiResponse),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/api/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-user': 'ada' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'whoAmI' } }),
  });
  expect(await response.text()).toContain('ada');
  expect(response.status).toBe(200);
  server.close();
});

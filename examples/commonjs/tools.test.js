const { createMcpTestClient } = require('@trpc-mcp/core/testing');
require('@trpc-mcp/core/testing/jest');
const { app } = require('./app.js');
const { appRouter } = require('./router.js');

test('a tool adds a note in the name of the caller', async () => {
  const client = createMcpTestClient(appRouter, { ctx: { author: 'Ben' } });
  const result = await client.call('notes.add', { text: 'Buy milk' });
  expect(result).toMatchObject({ ok: true, output: { text: 'Buy milk', author: 'Ben' } });
  expect(await client.call('notes.read', { id: 99 })).toBeToolError('NOT_FOUND', 'No note has the id 99.');
  await client.close();
});

test('the server answers a call over HTTP', async () => {
  const server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
      'x-author': 'Cy',
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'notes_add', arguments: { text: 'Call home' } },
    }),
  });
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({
    result: { structuredContent: { text: 'Call home', author: 'Cy' } },
  });
  await new Promise((resolve) => server.close(resolve));
});

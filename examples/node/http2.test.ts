import { connect } from 'node:http2';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import process from 'node:process';
import { expect, test } from 'vitest';
import { startCommand } from 'example-testing';

test('HTTP/2 calls a tool, in a context made of its request', async () => {
  const command = `${process.execPath} --import tsx http2.ts`;
  await using server = await startCommand(command, { folder: new URL('.', import.meta.url) });
  const session = connect(server.url);
  const request = session.request({
    ':method': 'POST',
    ':path': '/mcp',
    'content-type': 'application/json',
    accept: 'application/json',
    'x-author': 'Cy',
  });
  const params = { name: 'notes_add', arguments: { text: 'Feed the cat' } };
  request.end(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }));
  const [headers] = await once(request, 'response');
  expect(headers).toMatchObject({ ':status': 200 });
  expect(await text(request)).toContain('Cy');
  session.close();
});

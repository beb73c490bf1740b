import { expect, test } from 'vitest';
import worker from './bindings.ts';

const env = { NOTES: { get: async (key: string) => (key === 'plants' ? 'Water them' : null) } };

test('a procedure reads from a binding, over MCP and over tRPC', async () => {
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'read', arguments: { name: 'plants' } },
  });
  const headers = { 'content-type': 'application/json' };
  const called = await worker.fetch(
    new Request('https://notes.example/mcp', { method: 'POST', headers, body }),
    env,
  );
  expect(await called.json()).toMatchObject({ result: { content: [{ text: 'Water them' }] } });
  const input = encodeURIComponent(JSON.stringify({ name: 'plants' }));
  const queried = await worker.fetch(new Request(`https://notes.example/trpc/read?input=${input}`), env);
  expect(await queried.json()).toEqual({ result: { data: 'Water them' } });
});

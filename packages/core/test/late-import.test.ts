import { initTRPC } from '@trpc/server';
import { expect, it } from 'vitest';
import { mcpHandler } from '../src/adapters/fetch.ts';

// In a process of its own, because it is about what is loaded first. Nothing here may import `../src/index.ts` but the calls.

const t = initTRPC.meta<{ mcp?: boolean }>().create();
const storage = () => (globalThis as Record<symbol, unknown>)[Symbol.for('trpc-mcp.call')];
const load = async () => {
  const { getMcpCall } = await import('../src/index.ts');
  return getMcpCall;
};

let release = () => {};
const held = new Promise<void>((resolve) => (release = resolve));
const router = t.router({
  plain: t.procedure.meta({ mcp: true }).query(() => 'plain'),
  which: t.procedure.meta({ mcp: true }).query(async () => {
    const getMcpCall = await load();
    return getMcpCall()?.tool.name ?? 'none';
  }),
  hold: t.procedure.meta({ mcp: true }).query(() => held),
});
const handler = mcpHandler(router);

async function call(name: string): Promise<{ isError?: boolean; structuredContent?: unknown }> {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } };
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': '2025-11-25',
  };
  const body = JSON.stringify(message);
  const response = await handler(new Request('http://localhost/mcp', { method: 'POST', headers, body }));
  return ((await response.json()) as { result: { isError?: boolean } }).result;
}

it('stores no call before somebody can ask for it, and throws until the calls that began then have ended', async () => {
  expect(await call('plain')).toMatchObject({ structuredContent: { result: 'plain' } });
  expect(storage()).toBeUndefined();
  const holding = call('hold');
  // The first import, while this call and another one run.
  expect(await call('which')).toMatchObject({ isError: true });
  expect(storage()).toBeDefined();
  const getMcpCall = await load();
  expect(() => getMcpCall()).toThrow('import them where the app starts');
  // A call that begins now is known all the same.
  expect(await call('which')).toMatchObject({ structuredContent: { result: 'which' } });
  release();
  await holding;
  expect(getMcpCall()).toBeUndefined();
  expect(await call('which')).toMatchObject({ structuredContent: { result: 'which' } });
});

import { initTRPC, lazy } from '@trpc/server';
import { describe, expect, test } from 'vitest';
import { mcpHandler } from '../src/adapters/express.ts';
import { type McpMeta, mcpTool } from '../src/index.ts';
import { clientKinds, connect, toolValue } from './clients.ts';
import { serve } from './server.ts';

const t = initTRPC.meta<McpMeta>().create();
const tagged = t.procedure.meta({ mcp: true });
const answer = (text: string) => tagged.query(() => ({ text }));

describe.each(clientKinds)('for a client of kind %s', (kind) => {
  test('tools come and go with what the app’s function says', async () => {
    const flags = new Set(['a', 'late.c']);
    const router = t.router({
      a: answer('a'),
      b: answer('b'),
      late: lazy(async () => t.router({ c: answer('c') })),
    });
    const own = mcpTool({ name: 'own', run: () => 'own' });
    await using server = await serve(mcpHandler(router, { expose: (path) => flags.has(path), tools: [own] }));
    await using client = await connect[kind](server.mcp);
    const names = async () => (await client.listTools()).map(({ name }) => name);
    expect(await names()).toEqual(['a', 'late_c', 'own']);
    await expect(client.callTool({ name: 'b' })).rejects.toMatchObject({ code: -32_602 });
    flags.add('b').delete('a');
    expect(await client.callTool({ name: 'b' })).toEqual(toolValue({ text: 'b' }));
    await expect(client.callTool({ name: 'a' })).rejects.toMatchObject({ code: -32_602 });
    expect(await names()).toEqual(['b', 'late_c', 'own']);
  });
});

test('a function that throws, or says anything but true, hides the tool', async () => {
  const expose = (path: string) => {
    if (path === 'a') throw new Error('flags are away');
    return (path === 'b' ? 'yes' : true) as boolean;
  };
  await using server = await serve(
    mcpHandler(t.router({ a: answer('a'), b: answer('b'), c: answer('c') }), { expose }),
  );
  await using client = await connect['2026-07-28'](server.mcp);
  expect((await client.listTools()).map(({ name }) => name)).toEqual(['c']);
});

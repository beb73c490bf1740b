import { initTRPC } from '@trpc/server';
import { expect, test, vi } from 'vitest';
import { mcpHandler } from '../../src/adapters/express.ts';
import type { McpMeta } from '../../src/index.ts';
import { request } from '../messages.ts';
import { serve } from '../server.ts';

const t = initTRPC.meta<McpMeta>().create();
const answer = (text: string) => t.procedure.meta({ mcp: true }).query(() => ({ text }));

test('lists are made anew once for a change', async () => {
  let isOn = false;
  const stringify = vi.spyOn(JSON, 'stringify');
  await using server = await serve(
    mcpHandler(t.router({ a: answer('a'), b: answer('b') }), { expose: (path) => isOn || path === 'a' }),
  );
  const list = () => request(server.mcp, 'modern', 'tools/list');
  const lists = () =>
    stringify.mock.calls.filter(([value]) => Array.isArray((value as { tools?: unknown } | null)?.tools))
      .length;
  await list();
  const before = lists();
  for (let count = 0; count < 5; count++) await list();
  expect(lists()).toBe(before);
  isOn = true;
  for (let count = 0; count < 5; count++) await list();
  // Only that of the era that asks.
  expect(lists()).toBe(before + 1);
  stringify.mockRestore();
});

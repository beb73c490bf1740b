import { initTRPC } from '@trpc/server';
import { expect, test } from 'vitest';
import type { McpMeta } from '../src/index.ts';
import { createMcpTestClient } from '../src/testing/testing.ts';
import { eras } from './messages.ts';

const t = initTRPC.context<{ admin: boolean }>().meta<McpMeta>().create();
const router = t.router({
  preview: t.procedure.query(() => 'preview'),
  act: t.procedure.meta({ mcp: { dryRun: 'preview' } }).mutation(() => 'done'),
});

test.each(eras)(
  'a dry run whose query is hidden does not suggest the tool itself, in the %s era',
  async (era) => {
    await using client = createMcpTestClient(router, {
      ctx: { admin: false },
      era,
      tag: ({ path }) => path === 'preview' && { visible: ({ admin }) => admin },
    });
    expect(await client.callTool('act')).toMatchObject({ ok: true });
    await expect(client.callTool('act', { _dryRun: true })).rejects.toThrow(/Unknown tool: act$/);
  },
);

import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

export const router = t.router({
  sales: t.procedure
    .meta({ mcp: { toContent: ({ total }) => `${total} were sold.` } })
    .input(z.object({ year: z.int(), region: z.string().optional() }))
    .output(z.object({ total: z.int() }))
    .query(({ input }) => ({ total: input.year + (input.region === undefined ? 0 : 1) })),
});

export const now = mcpHandler(router);

export const asBefore = mcpHandler(router, {
  unknownArguments: 'pass',
  structured: 'always',
  repair: false,
  files: { linkOver: Infinity },
  page: { open: () => ({ status: 405, headers: { allow: 'POST' }, body: undefined }) },
});

import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { inspector } from '@trpc-mcp/inspector';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

const router = t.router({
  greet: t.procedure
    .meta({ mcp: { description: 'Greets somebody.' } })
    .input(z.object({ name: z.string() }))
    .query(({ input }) => `Hello ${input.name}`),
});

export const route = mcpHandler(router, { page: inspector() });

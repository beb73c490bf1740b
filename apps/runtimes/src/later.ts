import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';

const t = initTRPC.meta<McpMeta>().create();

/** Loaded lazily. */
export const later = t.router({
  hello: t.procedure.meta({ mcp: true }).query(() => 'from later'),
});

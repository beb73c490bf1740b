import { initTRPC } from '@trpc/server';
import type { McpMeta, TraceContext } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

interface Context {
  trace: TraceContext | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

export const router = t.router({
  orders: t.procedure
    .meta({
      mcp: {
        icons: [{ src: 'https://example.com/orders.svg', mimeType: 'image/svg+xml' }],
        _meta: { 'com.example/team': 'shop' },
      },
    })
    .input(z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }))
    .query(({ input, ctx }) => ({ region: input.region, traceparent: ctx.trace?.traceparent })),
});

export function createApp() {
  return mcpHandler(router, {
    createContext: ({ mcp }) => ({ trace: mcp.trace }),
  });
}

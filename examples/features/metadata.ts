import { initTRPC } from '@trpc/server';
import type { McpMeta, TraceContext } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

interface Context {
  trace: TraceContext | undefined;
  region: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const orders = t.procedure
  .meta({
    mcp: {
      icons: [{ src: 'https://example.com/orders.svg', mimeType: 'image/svg+xml' }],
      _meta: { 'com.example/team': 'shop' },
    },
  })
  .input(z.object({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }))
  .query(({ input, ctx }) => ({ region: input.region, traceparent: ctx.trace?.traceparent }));

const invoices = t.procedure
  .meta({
    mcp: {
      description: 'Finds invoices by customer and month.',
      pinned: true,
      keywords: ['bill', 'receipt'],
    },
  })
  .query(() => []);

const sales = t.procedure
  .meta({ mcp: { toContent: (result) => `${result.total} in ${result.year}`, structured: 'always' } })
  .output(z.object({ year: z.int(), total: z.number() }))
  .query(() => ({ year: 2026, total: 12_500 }));

export const router = t.router({ orders, invoices, sales });

function regionOf({ headers }: IncomingMessage): string {
  return String(headers['x-region'] ?? 'every region');
}

export const handler = mcpHandler(router, {
  server: {
    name: 'shop',
    version: '1.0.0',
    instructions: ({ region }) => `Orders are those of ${region}, unless the person asks for others.`,
  },
  createContext: ({ req, mcp }) => ({ trace: mcp.trace, region: regionOf(req) }),
});

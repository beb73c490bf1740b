import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';
import outputs from './mcp.outputs.json' with { type: 'json' };

const t = initTRPC.meta<McpMeta>().create();

/** An order of the shop. */
interface Order {
  id: string;
  /** What is to be paid, in cents. */
  total: bigint;
  placedAt: Date;
  state: 'open' | 'paid' | 'sent';
}

const orders: Order[] = [{ id: 'o1', total: 1999n, placedAt: new Date(0), state: 'open' }];

export const appRouter = t.router({
  orders: t.router({
    get: t.procedure
      .meta({ mcp: { description: 'Reads an order by its id.' } })
      .input(z.object({ id: z.string() }))
      .query(({ input }) => orders.find(({ id }) => id === input.id) ?? null),
    list: t.procedure
      .meta({ mcp: { description: 'Lists all orders.' } })
      .query((): { items: Order[]; next: string | null } => ({ items: orders, next: null })),
  }),
});

export const handler = mcpHandler(appRouter, { outputs });

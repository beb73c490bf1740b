import { initTRPC, TRPCError } from '@trpc/server';
import { codeMode } from '@trpc-mcp/code';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

interface Context {
  user: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const invoice = z.object({ id: z.string(), customer: z.string(), cents: z.int(), paid: z.boolean() });

const invoices = Array.from({ length: 60 }, (_, index) => ({
  id: `i${index}`,
  customer: `c${index % 3}`,
  cents: 1000 * index,
  paid: index % 2 === 0,
}));

const removed = new Set<string>();

export const router = t.router({
  invoices: t.router({
    list: t.procedure
      .meta({ mcp: { description: 'Lists invoices, 25 on a page' } })
      .input(z.object({ page: z.int().min(1).default(1) }))
      .output(z.object({ items: z.array(invoice), next: z.int().nullable() }))
      .query(({ input: { page } }) => ({
        items: invoices.filter(({ id }) => !removed.has(id)).slice(page * 25 - 25, page * 25),
        next: page * 25 < invoices.length ? page + 1 : null,
      })),
    remove: t.procedure
      .meta({ mcp: { description: 'Removes an invoice', confirm: 'Remove invoice {id}?' } })
      .input(z.object({ id: z.string() }))
      .output(z.object({ removed: z.string() }))
      .mutation(({ input: { id } }) => {
        if (!invoices.some((each) => each.id === id)) throw new TRPCError({ code: 'NOT_FOUND' });
        removed.add(id);
        return { removed: id };
      }),
  }),
});

const createContext = () => ({ user: 'ada' });

export const handler = mcpHandler(router, { createContext, discovery: codeMode() });

/** With limits of its own, and only for clients that would get 50 tools or more. */
export const limited = mcpHandler(router, {
  createContext,
  discovery: codeMode({ over: 50, timeoutMs: 10_000, maxCalls: 50, maxTokens: 4000 }),
});

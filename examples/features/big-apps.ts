import { initTRPC } from '@trpc/server';
import { mcpDefaults, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

interface Context {
  plan: string;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const billing = t.procedure.use(mcpDefaults({ toolset: 'billing' }));

const overdue = billing
  .meta({
    mcp: {
      description: 'Lists invoices that were not paid in time, oldest first.',
      keywords: ['who owes us money', 'dunning', 'outstanding'],
    },
  })
  .input(z.object({ before: z.date().optional().describe('Only those that were due before') }))
  .output(z.object({ items: z.array(z.object({ id: z.string(), cents: z.int() })) }))
  .query(() => ({ items: [{ id: 'i1', cents: 12_000 }] }));

const remind = billing
  .meta({ mcp: { description: 'Sends a reminder for one invoice.' } })
  .input(z.object({ id: z.string() }))
  .mutation(({ input }) => ({ reminded: input.id }));

const me = t.procedure.meta({ mcp: { pinned: true } }).query(({ ctx }) => ({ plan: ctx.plan }));

const tool = t.procedure.meta({ mcp: true });

export const router = t.router({
  invoices: t.router({ overdue, remind }),
  tickets: t.router({
    list: tool.query(() => ({ items: ['t1'] })),
    close: tool.mutation(() => ({ closed: true })),
  }),
  account: t.router({ me }),
});

const createContext = () => ({ plan: 'team' });

export const handler = mcpHandler(router, { createContext, discovery: 'search' });

/** Stands for an index of the app, such as one of embeddings. */
const ranking = {
  search: (query: string, _plan: string) =>
    Promise.resolve(query.includes('angry') ? ['tickets.list'] : ['invoices.overdue']),
};

export const handlerWithFind = mcpHandler(router, {
  createContext,
  discovery: { over: 5, find: (query, ctx) => ranking.search(query, ctx.plan) },
});

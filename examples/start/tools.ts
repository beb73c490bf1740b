import { initTRPC, TRPCError } from '@trpc/server';
import { mcpDefaults, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context {
  user?: { name: string; role: 'viewer' | 'admin' };
}

/** Your own meta stands next to `mcp`. */
export interface AppMeta extends McpMeta {
  team?: string;
}

const t = initTRPC.context<Context>().meta<AppMeta>().create();

const authed = t.procedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user: ctx.user } });
});

const billing = authed.use(mcpDefaults({ toolset: 'billing', timeoutMs: 5_000 }));

const customers = new Map([['c-1', { id: 'c-1', name: 'Acme', isOpen: true }]]);
const invoices = [{ number: 7, customer: 'c-1', cents: 12_000 }];

const customersRouter = t.router({
  list: authed.meta({ mcp: true }).query(() => [...customers.values()]),

  close: authed
    .meta({
      mcp: {
        title: 'Close a customer account',
        description: 'Closes the account at once. customers_reopen opens it again.',
        annotations: { idempotentHint: true },
        confirm: 'Close the account of customer {id}?',
        visible: (ctx: Context) => ctx.user?.role === 'admin',
      },
      team: 'accounts',
    })
    .input(z.object({ id: z.string().describe('Customer id, as customers_list returns it') }))
    .mutation(({ input }) => {
      const customer = customers.get(input.id);
      if (!customer) {
        throw new TRPCError({ code: 'NOT_FOUND', message: 'No customer has this id. See customers_list.' });
      }
      customer.isOpen = false;
      return customer;
    }),
});

const invoicesRouter = t.router({
  search: billing
    .meta({ mcp: { description: 'Finds invoices, the newest first. Amounts are in cents.' } })
    .input(
      z.object({
        customer: z.string().optional().describe('Customer id, as customers_list returns it'),
        limit: z.int().min(1).max(100).default(20).describe('How many invoices to return'),
      }),
    )
    .query(({ input }) =>
      invoices
        .filter(({ customer }) => input.customer === undefined || customer === input.customer)
        .slice(0, input.limit),
    ),
});

export const appRouter = t.router({
  customers: customersRouter,
  invoices: invoicesRouter,
  internalReport: t.procedure.query(() => 'No agent reads this.'),
});

import { and, asc, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { customerIdInput, customerOutput, findCustomer, selectCustomers } from '../customer.ts';
import { accountStatus, customers } from '../db/schema.ts';
import { containing } from '../db/search.ts';
import { checkOwnAccount } from '../ownership.ts';
import { adminProcedure, router, signedInProcedure, staffProcedure } from '../trpc.ts';

const byId = z.object({ id: customerIdInput });

export const customersRouter = router({
  search: staffProcedure
    .meta({
      mcp: {
        title: 'Find customers',
        description:
          'Finds customers by any part of their name, email or company, with plan, trial and account status. ' +
          'Use it to get the id that the other customer tools want.',
      },
    })
    .input(
      z.object({
        query: z
          .string()
          .trim()
          .min(1)
          .max(200)
          .describe('Words that all have to occur, such as "ada bergen" or "ada@example.com"'),
        status: z.enum(accountStatus.enumValues).optional().describe('Only accounts with this status'),
        limit: z.int().min(1).max(50).default(10).describe('How many to return at most'),
      }),
    )
    .output(z.array(customerOutput))
    .query(({ ctx, input }) =>
      selectCustomers(ctx.db)
        .where(
          and(
            containing(input.query, [customers.name, customers.email, customers.company]),
            input.status && eq(customers.status, input.status),
          ),
        )
        .orderBy(desc(eq(customers.email, input.query)), asc(customers.name), asc(customers.id))
        .limit(input.limit),
    ),

  get: signedInProcedure
    .meta({
      mcp: {
        title: 'Get customer',
        description:
          'Returns one customer with plan, trial and account status. Customers get only their own account.',
      },
    })
    .input(byId)
    .output(customerOutput)
    .query(({ ctx, input }) => {
      checkOwnAccount(ctx.user, input.id);
      return findCustomer(ctx.db, input.id);
    }),

  deactivate: adminProcedure
    .meta({
      mcp: {
        title: 'Deactivate customer',
        description:
          'Closes an account at once: its people can no longer sign in. Nothing is deleted, and ' +
          'customers_reactivate opens it again. Does nothing to an account that is closed already.',
        annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
      },
    })
    .input(byId)
    .output(customerOutput)
    .mutation(async ({ ctx, input }) => {
      await ctx.db
        .update(customers)
        .set({ status: 'deactivated', deactivatedAt: new Date() })
        .where(and(eq(customers.id, input.id), eq(customers.status, 'active')));
      return findCustomer(ctx.db, input.id);
    }),

  reactivate: adminProcedure
    .meta({
      mcp: {
        title: 'Reactivate customer',
        description: 'Opens a deactivated account again. Does nothing to an account that is open already.',
        annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
    })
    .input(byId)
    .output(customerOutput)
    .mutation(async ({ ctx, input }) => {
      await ctx.db
        .update(customers)
        .set({ status: 'active', deactivatedAt: null })
        .where(eq(customers.id, input.id));
      return findCustomer(ctx.db, input.id);
    }),

  // Not tagged for MCP, and so out of every agent's reach: it cannot be undone.
  erase: adminProcedure
    .input(byId)
    .output(z.void())
    .mutation(async ({ ctx, input }) => {
      await findCustomer(ctx.db, input.id);
      await ctx.db.delete(customers).where(eq(customers.id, input.id));
    }),
});

import { and, asc, desc, eq, or, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { tellChange } from '../changes.ts';
import type { SignedInUser } from '../context.ts';
import { after, cursorInput, nextCursorOutput, toPage } from '../cursor.ts';
import { customerSearchInput, customerSearchOutput, searchCustomers } from '../customer-search.ts';
import { customerIdInput, customerOutput, findCustomer, selectCustomers } from '../customer.ts';
import { customers } from '../db/schema.ts';
import { completions, containing, startingWith } from '../db/search.ts';
import { checkOwnAccount } from '../ownership.ts';
import { textInput } from '../text.ts';
import { adminProcedure, router, signedInProcedure, staffProcedure } from '../trpc.ts';

const byId = z.object({ id: customerIdInput });

export const customersRouter = router({
  search: staffProcedure
    .meta({
      mcp: {
        title: 'Find customers',
        description:
          'Finds customers by words of name, email or company, by country, plan, status, sign-up or end of trial, ' +
          'page by page. Says how many there are.',
        // A longer page would fill a model’s memory.
        result: { maxTokens: 4000 },
      },
    })
    .input(customerSearchInput)
    .output(customerSearchOutput)
    .query(({ ctx, input }) => searchCustomers(ctx.db, input)),

  get: signedInProcedure
    .meta({
      mcp: {
        title: 'Get customer',
        description:
          'Returns one customer with plan, trial and account status. Customers get only their own account.',
        tool: true,
        resource: { uri: 'customers://{id}', name: 'customer', title: 'Customer', list: 'customers.list' },
        complete: { id: 'customers.completeId' },
      },
    })
    .input(byId)
    .output(customerOutput)
    .query(({ ctx, input }) => {
      checkOwnAccount(ctx.user, input.id);
      return findCustomer(ctx.db, input.id);
    }),

  /** Lists all customers, the newest first, page by page. A customer gets only their own account. */
  list: signedInProcedure
    // Large pages, because the official client of 2026 reads all pages and gives up after 64.
    .input(z.object({ limit: z.int().min(1).max(500).default(200), cursor: cursorInput }))
    .output(
      z.object({
        items: z.array(customerOutput.pick({ id: true, name: true }).extend({ description: z.string() })),
        nextCursor: nextCursorOutput,
      }),
    )
    .query(async ({ ctx, input }) => {
      const rows = await selectCustomers(ctx.db)
        .where(and(visibleTo(ctx.user), after(input.cursor, { at: customers.signedUpAt, id: customers.id })))
        .orderBy(desc(customers.signedUpAt), desc(customers.id))
        .limit(input.limit + 1);
      const { items, nextCursor } = toPage(rows, input.limit, ({ signedUpAt, id }) => ({
        at: signedUpAt,
        id,
      }));
      return {
        items: items.map(({ id, name, company, country, subscription: { plan, status } }) => ({
          id,
          name,
          description: `${company}, ${country}: ${plan}, ${status.replace('_', ' ')}`,
        })),
        nextCursor,
      };
    }),

  /** Completes customer ids, from the beginning of an id, or words of name, email and company. */
  completeId: signedInProcedure
    .input(z.object({ value: textInput.max(200) }))
    .output(z.array(z.string()))
    .query(async ({ ctx, input }) => {
      const { id, name, email, company } = customers;
      const rows = await ctx.db
        .select({ id })
        .from(customers)
        .where(
          and(
            visibleTo(ctx.user),
            or(startingWith(input.value, id), containing(input.value, [name, email, company])),
          ),
        )
        .orderBy(asc(name), asc(id))
        .limit(completions);
      return rows.map((row) => row.id);
    }),

  /** Completes the countries of customers. */
  countries: staffProcedure
    .input(z.object({ value: textInput.max(60).default('') }))
    .output(z.array(z.string()))
    .query(async ({ ctx, input }) => {
      const { country } = customers;
      const rows = await ctx.db
        .selectDistinct({ country })
        .from(customers)
        .where(startingWith(input.value, country))
        .orderBy(asc(country))
        .limit(completions);
      return rows.map((row) => row.country);
    }),

  deactivate: adminProcedure
    .meta({
      mcp: {
        title: 'Deactivate customer',
        description:
          'Closes an account at once: its people can no longer sign in. Nothing is deleted, and ' +
          'customers_reactivate opens it again. Does nothing to an account that is closed already.',
        confirm: {
          question: 'Deactivate {name} of {company}? Its people can no longer sign in.',
          with: 'customers.get',
        },
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
      tellChange(ctx.db, { kind: 'customer', id: input.id });
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
      tellChange(ctx.db, { kind: 'customer', id: input.id });
      return findCustomer(ctx.db, input.id);
    }),

  // Not tagged for MCP, so agents cannot call it, because it cannot be undone.
  erase: adminProcedure
    .input(byId)
    .output(z.void())
    .mutation(async ({ ctx, input }) => {
      await findCustomer(ctx.db, input.id);
      await ctx.db.delete(customers).where(eq(customers.id, input.id));
    }),
});

function visibleTo(user: SignedInUser): SQL | undefined {
  return user.role === 'customer' ? eq(customers.id, user.customerId) : undefined;
}

import { and, desc, eq, gte } from 'drizzle-orm';
import { z } from 'zod';
import { after, cursorInput, nextCursorOutput, toPage } from '../cursor.ts';
import { customers, invoices, invoiceStatus } from '../db/schema.ts';
import { customerIdInput } from '../customer.ts';
import { accountToList } from '../ownership.ts';
import { router, signedInProcedure } from '../trpc.ts';

const invoiceOutput = z.object({
  id: z.string(),
  number: z.string(),
  customer: z.object({ id: z.string(), name: z.string() }),
  status: z.enum(invoiceStatus.enumValues),
  amountCents: z.int().describe('US cents'),
  issuedAt: z.date(),
  dueAt: z.date(),
  paidAt: z.date().nullable(),
});

export const invoicesRouter = router({
  list: signedInProcedure
    .meta({
      mcp: {
        title: 'List invoices',
        description:
          'Lists invoices, the newest first, page by page: of one customer, or for staff of all. Customers get ' +
          'only their own.',
      },
    })
    .input(
      z.object({
        customerId: customerIdInput.optional(),
        status: z.enum(invoiceStatus.enumValues).optional().describe('Only invoices with this status'),
        issuedSince: z.date().optional().describe('Only invoices issued at this moment or later'),
        limit: z.int().min(1).max(100).default(20).describe('How many a page'),
        cursor: cursorInput,
      }),
    )
    .output(z.object({ items: z.array(invoiceOutput), nextCursor: nextCursorOutput }))
    .query(async ({ ctx, input }) => {
      const customerId = accountToList(ctx.user, input.customerId);
      const rows = await ctx.db
        .select({
          id: invoices.id,
          number: invoices.number,
          customer: { id: customers.id, name: customers.name },
          status: invoices.status,
          amountCents: invoices.amountCents,
          issuedAt: invoices.issuedAt,
          dueAt: invoices.dueAt,
          paidAt: invoices.paidAt,
        })
        .from(invoices)
        .innerJoin(customers, eq(customers.id, invoices.customerId))
        .where(
          and(
            customerId === undefined ? undefined : eq(invoices.customerId, customerId),
            input.status && eq(invoices.status, input.status),
            input.issuedSince && gte(invoices.issuedAt, input.issuedSince),
            after(input.cursor, { at: invoices.issuedAt, id: invoices.id }),
          ),
        )
        .orderBy(desc(invoices.issuedAt), desc(invoices.id))
        .limit(input.limit + 1);
      return toPage(rows, input.limit, (invoice) => ({ at: invoice.issuedAt, id: invoice.id }));
    }),
});

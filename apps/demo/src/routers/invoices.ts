import { and, asc, count, desc, eq, gte, sql } from 'drizzle-orm';
import { z } from 'zod';
import { CsvFile, toCsv } from '../csv.ts';
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

const monthInput = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'a month such as 2026-01')
  .describe('Such as 2026-01 (UTC)');

const monthOf = sql<string>`to_char(${invoices.issuedAt} at time zone 'UTC', 'YYYY-MM')`;

export const invoicesRouter = router({
  list: signedInProcedure
    .meta({
      mcp: {
        title: 'List invoices',
        description:
          'Lists invoices, the newest first, page by page: of one customer, or for staff of all. Customers get ' +
          'only their own.',
        // A longer page would fill a model’s memory.
        result: { maxTokens: 4000 },
      },
    })
    .input(
      z.object({
        customerId: customerIdInput.optional(),
        status: z.enum(invoiceStatus.enumValues).optional().describe('Only invoices with this status'),
        issuedSince: z.date().optional().describe('Only invoices issued at this moment or later'),
        limit: z.int().min(1).max(100).default(20).describe('Page size'),
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

  totals: signedInProcedure
    .meta({
      mcp: {
        title: 'Total invoices',
        description:
          'Counts and sums the invoices of a month by status: of all customers, or a customer’s own.',
      },
    })
    .input(z.object({ month: monthInput }))
    .output(
      z.object({
        count: z.int(),
        amountCents: z.int().describe('US cents'),
        byStatus: z.array(
          z.object({ status: z.enum(invoiceStatus.enumValues), count: z.int(), amountCents: z.int() }),
        ),
      }),
    )
    .query(async ({ ctx, input }) => {
      const customerId = accountToList(ctx.user, undefined);
      const byStatus = await ctx.db
        .select({
          status: invoices.status,
          count: count(),
          amountCents: sql<number>`coalesce(sum(${invoices.amountCents}), 0)`.mapWith(Number),
        })
        .from(invoices)
        .where(
          and(
            customerId === undefined ? undefined : eq(invoices.customerId, customerId),
            eq(monthOf, input.month),
          ),
        )
        .groupBy(invoices.status)
        .orderBy(asc(invoices.status));
      const sumOf = (key: 'count' | 'amountCents') => byStatus.reduce((sum, group) => sum + group[key], 0);
      return { count: sumOf('count'), amountCents: sumOf('amountCents'), byStatus };
    }),

  export: signedInProcedure
    .meta({
      mcp: {
        title: 'Export invoices',
        description:
          'Returns the invoices of a month as a CSV file: for staff those of all customers, for customers their own.',
        tool: true,
        resource: { uri: 'exports://invoices/{month}.csv', mimeType: 'text/csv' },
        complete: { month: 'invoices.months' },
      },
    })
    .input(z.object({ month: monthInput }))
    .output(z.file())
    .query(async ({ ctx, input }) => {
      const customerId = accountToList(ctx.user, undefined);
      const rows = await ctx.db
        .select()
        .from(invoices)
        .innerJoin(customers, eq(customers.id, invoices.customerId))
        .where(
          and(customerId === undefined ? undefined : eq(customers.id, customerId), eq(monthOf, input.month)),
        )
        .orderBy(asc(invoices.issuedAt), asc(invoices.id));
      const csv = toCsv([
        ['number', 'customer', 'email', 'status', 'amount_cents', 'issued_at', 'due_at', 'paid_at'],
        ...rows.map(
          ({
            invoices: { number, status, amountCents, issuedAt, dueAt, paidAt },
            customers: { name, email },
          }) => [number, name, email, status, amountCents, issuedAt, dueAt, paidAt],
        ),
      ]);
      return new CsvFile(`invoices-${input.month}.csv`, csv);
    }),

  /** Completes the months that have invoices, the newest first. */
  months: signedInProcedure
    .input(z.object({ value: z.string().max(20).default('') }))
    .output(z.array(z.string()))
    .query(async ({ ctx, input }) => {
      const customerId = accountToList(ctx.user, undefined);
      const rows = await ctx.db
        .selectDistinct({ month: monthOf })
        .from(invoices)
        .where(customerId === undefined ? undefined : eq(invoices.customerId, customerId))
        .orderBy(desc(monthOf));
      return rows.map(({ month }) => month).filter((month) => month.startsWith(input.value));
    }),
});

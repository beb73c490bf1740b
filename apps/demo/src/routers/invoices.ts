import { and, asc, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { CsvFile, toCsv } from '../csv.ts';
import { after, cursorInput, nextCursorOutput, toPage } from '../cursor.ts';
import { customers, invoices, invoiceStatus } from '../db/schema.ts';
import { customerIdInput } from '../customer.ts';
import {
  monthOf,
  toCondition,
  totalBeside,
  totalInvoices,
  totalMonths,
  totalsBesideOutput,
  totalsOutput,
} from '../invoice-totals.ts';
import { fromInput, untilInput } from '../period.ts';
import { textInput } from '../text.ts';
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

export const invoicesRouter = router({
  list: signedInProcedure
    .meta({
      mcp: {
        title: 'List invoices',
        description:
          'Lists invoices, the newest first, page by page, with the totals of all that match: of one customer, or for ' +
          'staff of all. Customers get only their own.',
        // A longer page would fill a model’s memory.
        result: { maxTokens: 4000 },
      },
    })
    .input(
      z.object({
        customerId: customerIdInput.optional(),
        status: z.enum(invoiceStatus.enumValues).optional().describe('Only invoices with this status'),
        issuedFrom: fromInput,
        issuedUntil: untilInput,
        limit: z.int().min(1).max(100).default(20).describe('Page size'),
        cursor: cursorInput,
      }),
    )
    .output(
      z.object({ items: z.array(invoiceOutput), totals: totalsBesideOutput, nextCursor: nextCursorOutput }),
    )
    .query(async ({ ctx, input }) => {
      const condition = toCondition(ctx.user, input);
      const listed = ctx.db
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
        .where(and(condition, after(input.cursor, { at: invoices.issuedAt, id: invoices.id })))
        .orderBy(desc(invoices.issuedAt), desc(invoices.id))
        .limit(input.limit + 1);
      const [rows, totals] = await Promise.all([listed, totalBeside(ctx.db, condition)]);
      const page = toPage(rows, input.limit, (invoice) => ({ at: invoice.issuedAt, id: invoice.id }));
      return { ...page, totals };
    }),

  totals: signedInProcedure
    .meta({
      mcp: {
        title: 'Total invoices',
        description:
          'Counts and sums invoices by status and by month: of a month or a period, of one customer or for staff of ' +
          'all. Customers get only their own.',
      },
    })
    .input(
      z.object({
        month: monthInput.optional(),
        issuedFrom: fromInput,
        issuedUntil: untilInput,
        customerId: customerIdInput.optional(),
      }),
    )
    .output(
      totalsOutput.extend({
        byMonth: z.array(z.object({ month: z.string(), count: z.int(), amountCents: z.int() })),
      }),
    )
    .query(async ({ ctx, input }) => {
      const condition = toCondition(ctx.user, input);
      const [totals, byMonth] = await Promise.all([
        totalInvoices(ctx.db, condition),
        totalMonths(ctx.db, condition),
      ]);
      return { ...totals, byMonth };
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
      const rows = await ctx.db
        .select()
        .from(invoices)
        .innerJoin(customers, eq(customers.id, invoices.customerId))
        .where(toCondition(ctx.user, input))
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
    .input(z.object({ value: textInput.max(20).default('') }))
    .output(z.array(z.string()))
    .query(async ({ ctx, input }) => {
      const rows = await ctx.db
        .selectDistinct({ month: monthOf })
        .from(invoices)
        .where(toCondition(ctx.user, {}))
        .orderBy(desc(monthOf));
      return rows.map(({ month }) => month).filter((month) => month.startsWith(input.value));
    }),
});

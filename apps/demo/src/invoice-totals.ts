import { and, asc, count, eq, type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { SignedInUser } from './context.ts';
import type { Database } from './db/database.ts';
import { invoices, invoiceStatus } from './db/schema.ts';
import { accountToList } from './ownership.ts';
import { within } from './period.ts';

export const totalsOutput = z.object({
  count: z.int(),
  amountCents: z.int().describe('US cents'),
  byStatus: z.array(
    z.object({ status: z.enum(invoiceStatus.enumValues), count: z.int(), amountCents: z.int() }),
  ),
});

const figuresOutput = z.object({ count: z.int(), amountCents: z.int() });

/** The totals beside a page. They are no list, so that the page is the only list of the result. */
export const totalsBesideOutput = z
  .object({ all: figuresOutput, open: figuresOutput, paid: figuresOutput, overdue: figuresOutput })
  .describe('Of all that match, not only of this page');

export interface InvoiceFilter {
  customerId?: string | undefined;
  status?: (typeof invoiceStatus.enumValues)[number] | undefined;
  month?: string | undefined;
  issuedFrom?: Date | undefined;
  issuedUntil?: Date | undefined;
}

/** The month in which an invoice was issued, such as 2026-01. */
export const monthOf = sql<string>`to_char(${invoices.issuedAt} at time zone 'UTC', 'YYYY-MM')`;

/** Keeps the invoices that a filter asks for and that this user may see. */
export function toCondition(user: SignedInUser, filter: InvoiceFilter): SQL | undefined {
  const customerId = accountToList(user, filter.customerId);
  return and(
    customerId === undefined ? undefined : eq(invoices.customerId, customerId),
    filter.status && eq(invoices.status, filter.status),
    filter.month === undefined ? undefined : eq(monthOf, filter.month),
    within(invoices.issuedAt, filter.issuedFrom, filter.issuedUntil),
  );
}

/** Counts and sums invoices, together and for each status. */
export async function totalInvoices(db: Database, condition: SQL | undefined) {
  const byStatus = await db
    .select({ status: invoices.status, ...figures })
    .from(invoices)
    .where(condition)
    .groupBy(invoices.status)
    .orderBy(asc(invoices.status));
  const sumOf = (key: 'count' | 'amountCents') => byStatus.reduce((sum, group) => sum + group[key], 0);
  return { count: sumOf('count'), amountCents: sumOf('amountCents'), byStatus };
}

/** Does the same, in the form for a page. */
export async function totalBeside(
  db: Database,
  condition: SQL | undefined,
): Promise<z.output<typeof totalsBesideOutput>> {
  const { count: all, amountCents, byStatus } = await totalInvoices(db, condition);
  const of = (status: (typeof byStatus)[number]['status']) => {
    const found = byStatus.find((group) => group.status === status);
    return { count: found?.count ?? 0, amountCents: found?.amountCents ?? 0 };
  };
  return { all: { count: all, amountCents }, open: of('open'), paid: of('paid'), overdue: of('overdue') };
}

/** Counts and sums invoices for each month that has some, the oldest first. */
export function totalMonths(db: Database, condition: SQL | undefined) {
  return db
    .select({ month: monthOf, ...figures })
    .from(invoices)
    .where(condition)
    .groupBy(monthOf)
    .orderBy(asc(monthOf));
}

const figures = {
  count: count(),
  amountCents: sql<number>`coalesce(sum(${invoices.amountCents}), 0)`.mapWith(Number),
};

import { and, count, eq, sum, type SQL } from 'drizzle-orm';
import type { Database } from './db/database.ts';
import { customers, invoices, subscriptions } from './db/schema.ts';
import { within } from './period.ts';

const day = 24 * 60 * 60 * 1000;
const week = 7 * day;

export interface WeeklyReport {
  which: 'last' | 'running';
  /** Customers of this country only. */
  country?: string | undefined;
}

/** Writes a prompt that asks for a report on a week, with its figures. */
export async function askForWeeklyReport(db: Database, { which, country }: WeeklyReport): Promise<string> {
  const now = new Date();
  const monday = startOfWeek(now);
  const from = which === 'running' ? monday : new Date(monday.getTime() - week);
  const to = which === 'running' ? now : monday;
  const before = new Date(from.getTime() - week);
  const inCountry = country === undefined ? undefined : eq(customers.country, country);

  const signUps = (start: Date, end: Date) =>
    db.$count(customers, and(inCountry, within(customers.signedUpAt, start, end)));
  const trialsEnding = db
    .select({ trials: count() })
    .from(subscriptions)
    .innerJoin(customers, eq(customers.id, subscriptions.customerId))
    .where(
      and(
        inCountry,
        eq(subscriptions.status, 'trialing'),
        within(subscriptions.trialEndsAt, now, new Date(now.getTime() + week)),
      ),
    );
  const billed = (condition: SQL | undefined) =>
    db
      .select({ invoices: count(), cents: sum(invoices.amountCents).mapWith(Number) })
      .from(invoices)
      .innerJoin(customers, eq(customers.id, invoices.customerId))
      .where(and(inCountry, condition));

  const [newOnes, newBefore, [ending], [issued], [overdue], left] = await Promise.all([
    signUps(from, to),
    signUps(before, new Date(to.getTime() - week)),
    trialsEnding,
    billed(within(invoices.issuedAt, from, to)),
    billed(eq(invoices.status, 'overdue')),
    db.$count(customers, and(inCountry, within(customers.deactivatedAt, from, to))),
  ]);

  return [
    `Write the weekly report on our customers${country === undefined ? '' : ` in ${country}`}, for the week from ` +
      `${dayOf(from)} to ${which === 'running' ? `today, ${dayOf(to)}` : dayOf(new Date(to.getTime() - 1))}.`,
    '',
    `- Sign-ups: ${newOnes}, after ${newBefore} in the same days of the week before`,
    `- Trials that end within the next seven days: ${ending?.trials ?? 0}`,
    `- Invoices issued: ${issued?.invoices ?? 0}, together ${dollars(issued?.cents)}`,
    `- Invoices overdue today: ${overdue?.invoices ?? 0}, together ${dollars(overdue?.cents)}`,
    `- Accounts closed: ${left}`,
    '',
    'Say in three to five sentences what changed and what somebody should look at. Use these figures and no others; ' +
      'reports_signUps has more weeks.',
  ].join('\n');
}

/** The Monday on which the week of this moment began, in UTC. */
export function startOfWeek(date: Date): Date {
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
  const daysSinceMonday = (date.getUTCDay() + 6) % 7;
  return new Date(midnight - daysSinceMonday * day);
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

function dollars(cents: number | null | undefined): string {
  return `$${((cents ?? 0) / 100).toFixed(2)}`;
}

import { randomUUID } from 'node:crypto';
import { asc, desc, gt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { selectCustomers, type Customer } from './customer.ts';
import type { Database } from './db/database.ts';
import { locks } from './db/lock.ts';
import { customers, planId, subscriptions } from './db/schema.ts';
import { textInput } from './text.ts';
import { wakeUpWatchers, watchRows } from './wake-up.ts';

const trialMs = 14 * 24 * 60 * 60 * 1000;

export const newCustomerInput = z.object({
  name: textInput.trim().min(1).max(100).describe('The person to write to'),
  email: z.email().max(200).describe('Of nobody who is a customer already'),
  company: textInput.trim().min(1).max(100).describe('Their company'),
  country: textInput.trim().min(1).max(60).describe('Its English name, such as "Norway"'),
  plan: z.enum(planId.enumValues).default('starter').describe('Plan to try'),
});

export type NewCustomer = z.infer<typeof newCustomerInput>;

/**
 * Adds customers, each in a trial that begins now, and wakes up the watchers. Returns their ids, or `undefined` for
 * an address that is taken.
 */
export async function signUp(db: Database, people: readonly NewCustomer[]): Promise<(string | undefined)[]> {
  const ids = await db.transaction(async (tx) => {
    // Added one after another with different times, so that a watcher who has seen a sign-up has seen all earlier
    // ones.
    await tx.execute(sql`select pg_advisory_xact_lock(${locks.signUp})`);
    const start = Math.max(Date.now(), (await lastSignUp(tx)).getTime() + 1);
    const rows = people.map(({ plan, ...person }, index) => ({
      plan,
      customer: {
        id: randomUUID(),
        ...person,
        status: 'active' as const,
        signedUpAt: new Date(start + index),
      },
    }));
    const added = await tx
      .insert(customers)
      .values(rows.map(({ customer }) => customer))
      .onConflictDoNothing({ target: customers.email })
      .returning({ id: customers.id });
    const isAdded = new Set(added.map(({ id }) => id));
    const trials = rows
      .filter(({ customer }) => isAdded.has(customer.id))
      .map(({ plan, customer }) => ({
        customerId: customer.id,
        planId: plan,
        status: 'trialing' as const,
        trialEndsAt: new Date(customer.signedUpAt.getTime() + trialMs),
      }));
    if (trials.length > 0) await tx.insert(subscriptions).values(trials);
    return rows.map(({ customer: { id } }) => (isAdded.has(id) ? id : undefined));
  });
  wakeUpWatchers();
  return ids;
}

/** Yields the customers that sign up from now on, or that signed up after `since`, until the signal aborts. */
export function watchSignUps(
  db: Database,
  since: Date | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Customer> {
  return watchRows(since, {
    readAfter: (last) =>
      selectCustomers(db).where(gt(customers.signedUpAt, last)).orderBy(asc(customers.signedUpAt)).limit(100),
    readNewest: () => lastSignUp(db),
    placeOf: ({ signedUpAt }) => signedUpAt,
    signal,
  });
}

async function lastSignUp(db: Database): Promise<Date> {
  const [last] = await db
    .select({ at: customers.signedUpAt })
    .from(customers)
    .orderBy(desc(customers.signedUpAt))
    .limit(1);
  return last?.at ?? new Date(0);
}

import { eq, inArray, lte, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import type { Database } from '../db/database.ts';
import { customers, invoices, posts, subscriptions } from '../db/schema.ts';
import { aikosAge } from './accounts.ts';
import { aiko } from './cast.ts';

const day = 24 * 60 * 60 * 1000;

/**
 * Moves the sample data of an earlier day forward by whole days, so that trials still run and last week had sign-ups.
 * No past moment is moved beyond `now`, and customers who signed up since then are not moved. Returns the number of
 * days.
 */
export async function refreshSample(db: Database, now: Date): Promise<number> {
  const [landmark] = await db
    .select({ at: customers.signedUpAt })
    .from(customers)
    .where(eq(customers.email, aiko.email));
  // Her account was erased, so the age of the data is unknown.
  if (!landmark) return 0;
  const madeAt = new Date(landmark.at.getTime() + aikosAge * day);
  const days = Math.floor((now.getTime() - madeAt.getTime()) / day);
  if (days < 1) return 0;

  // Hours, because a day is not always 24 of them in the server's time zone.
  const later = (column: PgColumn) => sql`${column} + make_interval(hours => ${days * 24}::int)`;
  // Null must stay null, but `least` ignores null.
  const past = (column: PgColumn): SQL =>
    sql`case when ${column} is not null then least(${later(column)}, ${now.toISOString()}::timestamptz) end`;
  const sample = db.select({ id: customers.id }).from(customers).where(lte(customers.signedUpAt, madeAt));

  await db
    .update(subscriptions)
    .set({ trialEndsAt: later(subscriptions.trialEndsAt) })
    .where(inArray(subscriptions.customerId, sample));
  await db.update(invoices).set({
    issuedAt: past(invoices.issuedAt),
    dueAt: later(invoices.dueAt),
    paidAt: past(invoices.paidAt),
  });
  await db.update(posts).set({
    createdAt: past(posts.createdAt),
    updatedAt: past(posts.updatedAt),
    publishedAt: past(posts.publishedAt),
  });
  // Last, because the sign-up time shows which customers belong to the sample data.
  await db
    .update(customers)
    .set({ signedUpAt: past(customers.signedUpAt), deactivatedAt: past(customers.deactivatedAt) })
    .where(lte(customers.signedUpAt, madeAt));
  return days;
}

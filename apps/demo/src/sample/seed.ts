import { sql } from 'drizzle-orm';
import type { PgTable } from 'drizzle-orm/pg-core';
import type { Database } from '../db/database.ts';
import { locks } from '../db/lock.ts';
import { accessTokens, customers, invoices, plans, posts, subscriptions, users } from '../db/schema.ts';
import { createAccounts, planCatalog } from './accounts.ts';
import { createHelpCentre } from './help-centre.ts';
import { refreshSample } from './refresh.ts';

export interface SeedOptions {
  customers?: number;
  /** The moment that the sample data leads up to. Everything else about it is the same on every run. */
  now?: Date;
}

/**
 * Fills an empty database with sample data, or moves older sample data to today. Returns whether it filled the
 * database.
 */
export async function seedDatabase(db: Database, options: SeedOptions = {}): Promise<boolean> {
  return db.transaction(async (tx) => {
    // Two demos may start at the same time on one server. The second one finds the data of the first.
    await tx.execute(sql`select pg_advisory_xact_lock(${locks.setUp})`);
    const now = options.now ?? startOfHour(new Date());
    if ((await tx.$count(plans)) > 0) {
      await refreshSample(tx, now);
      return false;
    }

    const accounts = createAccounts(options.customers ?? 3000, now);
    const helpCentre = createHelpCentre(accounts.customers, now);
    const insert = async <T extends PgTable>(table: T, rows: T['$inferInsert'][]) => {
      for (const chunk of chunksOf(rows, 1000)) await tx.insert(table).values(chunk);
    };
    await insert(plans, [...planCatalog]);
    await insert(customers, accounts.customers);
    await insert(subscriptions, accounts.subscriptions);
    await insert(invoices, accounts.invoices);
    await insert(users, helpCentre.users);
    await insert(accessTokens, helpCentre.accessTokens);
    await insert(posts, helpCentre.posts);
    return true;
  });
}

function startOfHour(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 3_600_000) * 3_600_000);
}

// A statement can have at most 65,535 parameters.
function* chunksOf<T>(rows: T[], size: number): Generator<T[]> {
  for (let start = 0; start < rows.length; start += size) yield rows.slice(start, start + size);
}

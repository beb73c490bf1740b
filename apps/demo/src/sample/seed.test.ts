import { randomUUID } from 'node:crypto';
import { asc, eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { databases } from '../../test/databases.ts';
import { customers, invoices, subscriptions } from '../db/schema.ts';
import { createAccounts } from './accounts.ts';
import { aiko, jonas } from './cast.ts';
import { createHelpCentre } from './help-centre.ts';
import { seedDatabase } from './seed.ts';

const day = 86_400_000;
const now = new Date('2026-03-04T05:00:00.000Z');

describe('the sample data', () => {
  it('is the same on every run', () => {
    const [first, second] = [1, 2].map(() => {
      const accounts = createAccounts(500, now);
      return { accounts, helpCentre: createHelpCentre(accounts.customers, now) };
    });
    expect(second).toEqual(first);
  });

  it('is the same on another day, as many days later', () => {
    const later = new Date(now.getTime() + 40 * day);
    const withAges = (at: Date) =>
      createAccounts(500, at).customers.map((one) => ({
        ...one,
        signedUpAt: at.getTime() - one.signedUpAt.getTime(),
        deactivatedAt: one.deactivatedAt && at.getTime() - one.deactivatedAt.getTime(),
      }));
    expect(withAges(later)).toEqual(withAges(now));
  });

  it('begins with the same customers, however many there are', () => {
    expect(createAccounts(500, now).customers.slice(0, 50)).toEqual(createAccounts(50, now).customers);
  });

  it('is of thousands of customers, every one with an address of their own', () => {
    const { customers: all, subscriptions: contracts, invoices: bills } = createAccounts(3000, now);
    expect(all.length).toBe(3000);
    expect(new Set(all.map((one) => one.email)).size).toBe(3000);
    expect(new Set(all.map((one) => one.id)).size).toBe(3000);
    expect(new Set(bills.map((one) => one.number)).size).toBe(bills.length);
    expect(new Set(contracts.map((one) => one.status)).size).toBe(5);
    expect(bills.length).toBeGreaterThan(5000);
  });

  it('has no future but what is due: nobody signs up, pays or leaves after now', () => {
    const { customers: all, invoices: bills } = createAccounts(3000, now);
    for (const one of all) {
      expect(one.signedUpAt <= now).toBe(true);
      if (one.deactivatedAt)
        expect(one.deactivatedAt >= one.signedUpAt && one.deactivatedAt <= now).toBe(true);
    }
    for (const bill of bills) {
      expect(bill.issuedAt <= now).toBe(true);
      if (bill.paidAt) expect(bill.paidAt >= bill.issuedAt && bill.paidAt <= now).toBe(true);
      expect(bill.status === 'paid').toBe(bill.paidAt !== null);
      expect(bill.status === 'overdue').toBe(bill.paidAt === null && bill.dueAt < now);
    }
  });

  it('brings new customers in every week of the year, and more of them lately', () => {
    const weeks = Array.from({ length: 52 }, () => 0);
    for (const one of createAccounts(3000, now).customers) {
      const age = Math.floor((now.getTime() - one.signedUpAt.getTime()) / (7 * day));
      if (age < 52) weeks[age]!++;
    }
    expect(Math.min(...weeks)).toBeGreaterThan(5);
    const sum = (numbers: number[]) => numbers.reduce((total, n) => total + n, 0);
    expect(sum(weeks.slice(0, 13))).toBeGreaterThan(1.5 * sum(weeks.slice(39)));
  });
});

describe.each(databases)('seeding $name', (database) => {
  const itHere = it.skipIf(database.missing);

  itHere('fills an empty database once', async () => {
    const { db, close } = await database.open();
    try {
      const before = await db.select().from(customers).orderBy(asc(customers.id));
      expect(before.length).toBe(400);
      await expect(seedDatabase(db)).resolves.toBe(false);
      expect(await db.select().from(customers).orderBy(asc(customers.id))).toEqual(before);
    } finally {
      await close();
    }
  });

  itHere('stores what was made up, to the millisecond', async () => {
    const { db, close } = await database.open();
    try {
      await db.execute(sql`truncate plans, customers, users cascade`);
      await expect(seedDatabase(db, { customers: 60, now })).resolves.toBe(true);
      const accounts = createAccounts(60, now);
      expect(await db.select().from(customers)).toEqual(accounts.customers);
      expect(await db.select().from(subscriptions)).toEqual(accounts.subscriptions);
      expect(await db.select().from(invoices).orderBy(asc(invoices.number))).toEqual(accounts.invoices);
    } finally {
      await close();
    }
  });

  itHere('moves sample data of an earlier day forward, and nobody who has signed up since', async () => {
    const { db, close } = await database.open();
    try {
      await db.execute(sql`truncate plans, customers, users cascade`);
      await seedDatabase(db, { customers: 60, now });
      const later = new Date(now.getTime() + 40.5 * day);
      const since = new Date(now.getTime() + 30 * day);
      const newcomer = { ...aiko, id: randomUUID(), email: 'new@comer.example', status: 'active' as const };
      await db.insert(customers).values({ ...newcomer, signedUpAt: since, deactivatedAt: null });
      const closed = new Date(now.getTime() + 20 * day);
      await db
        .update(customers)
        .set({ status: 'deactivated', deactivatedAt: closed })
        .where(eq(customers.email, jonas.email));

      await expect(seedDatabase(db, { now: later })).resolves.toBe(false);
      const expected = createAccounts(60, new Date(now.getTime() + 40 * day));
      const moved = await db.select().from(customers).orderBy(asc(customers.signedUpAt));
      const byEmail = new Map(moved.map((one) => [one.email, one]));
      for (const one of expected.customers) {
        // Closed after the sample was made. The moment must not be in the future now.
        const own = one.email === jonas.email && { status: 'deactivated', deactivatedAt: later };
        expect(byEmail.get(one.email)).toEqual({ ...one, ...own });
      }
      expect(byEmail.get(newcomer.email)?.signedUpAt).toEqual(since);
      expect(await db.select().from(subscriptions).orderBy(asc(subscriptions.customerId))).toEqual(
        expected.subscriptions.toSorted((a, b) => (a.customerId < b.customerId ? -1 : 1)),
      );
      expect(await db.select().from(invoices).orderBy(asc(invoices.number))).toEqual(expected.invoices);

      // On the same day there is nothing to do.
      await seedDatabase(db, { now: later });
      expect(await db.select().from(customers).orderBy(asc(customers.signedUpAt))).toEqual(moved);
    } finally {
      await close();
    }
  });
});

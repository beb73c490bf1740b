import { asc, desc, eq, ilike, or } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal } from '../../test/demo.ts';
import type { Customer } from '../customer.ts';
import { customers, invoices, posts, subscriptions, users } from '../db/schema.ts';
import { aiko, jonas, mara } from '../sample/cast.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

describe('customers', () => {
  describeDemo((demo) => {
    const find = async (query: string) => {
      const { items } = await demo.as('viewer').customers.search.query({ query });
      const [customer] = items;
      if (!customer) throw new Error(`nobody is called ${query}`);
      return customer;
    };

    it('are found by email, name, company and words of several of them, in any case', async () => {
      for (const query of [
        aiko.email,
        'AIKO tanaka',
        'tanaka aiko',
        'paper crane',
        'aiko crane',
        ' Aiko  Tanaka ',
      ]) {
        const found = demo.as('viewer').customers.search.query({ query });
        await expect(found, query).resolves.toMatchObject({ items: [aiko], total: 1, nextCursor: null });
      }
    });

    it('come with real dates and their subscription', async () => {
      const customer = await find(aiko.email);
      expect(customer).toEqual({
        id: expect.any(String),
        ...aiko,
        status: 'active',
        signedUpAt: expect.any(Date),
        deactivatedAt: null,
        subscription: { plan: 'team', status: 'trialing', trialEndsAt: expect.any(Date), monthlyCents: 7900 },
      });
      const inDays = (customer.subscription.trialEndsAt.getTime() - Date.now()) / 86_400_000;
      expect(Math.round(inDays)).toBe(3);
    });

    it('are found as many as asked for, in the order of their names', async () => {
      const { items } = await demo.as('viewer').customers.search.query({ query: 'lars', limit: 5 });
      expect(items.length).toBe(5);
      expect(items.map((one) => one.name)).toEqual(items.map((one) => one.name).toSorted());
    });

    it.each(['name', 'newest', 'trialEnd'] as const)(
      'are found page by page, sorted by %s, each once, and counted',
      async (sort) => {
        const { search } = demo.as('viewer').customers;
        const all: Customer[] = [];
        let cursor: string | undefined;
        do {
          const page = await search.query({ query: 'la', sort, limit: 7, cursor });
          all.push(...page.items);
          cursor = page.nextCursor ?? undefined;
          expect(page.total).toBeGreaterThan(14);
          if (cursor === undefined) expect(all.length).toBe(page.total);
        } while (cursor !== undefined);
        const words = [customers.name, customers.email, customers.company];
        const keys = {
          name: [asc(customers.name), asc(customers.id)],
          newest: [desc(customers.signedUpAt), desc(customers.id)],
          trialEnd: [asc(subscriptions.trialEndsAt), asc(customers.id)],
        };
        const expected = await demo.db
          .select({ id: customers.id })
          .from(customers)
          .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id))
          .where(or(...words.map((column) => ilike(column, '%la%'))))
          .orderBy(...keys[sort]);
        expect(all.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      },
    );

    it('with the address that was searched for come first, on whichever page the others are', async () => {
      const { search } = demo.as('viewer').customers;
      const last = (await search.query({ query: '.example', limit: 50 })).items.at(-1)!;
      const one = await search.query({ query: last.email, limit: 1 });
      expect(one.items.map(({ id }) => id)).toEqual([last.id]);
    });

    it('are found by what they have, without a word', async () => {
      const { search } = demo.as('viewer').customers;
      const from = new Date(Date.now() - 90 * 86_400_000);
      const until = new Date(Date.now() - 30 * 86_400_000);
      const rows = await demo.db
        .select()
        .from(customers)
        .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id));
      type Row = (typeof rows)[number];
      const filters: [Parameters<typeof search.query>[0], (row: Row) => boolean][] = [
        [{}, () => true],
        [{ country: 'norway' }, ({ customers: { country } }) => country === 'Norway'],
        [{ country: 'Norw' }, () => false],
        [{ status: 'deactivated' }, ({ customers: { status } }) => status === 'deactivated'],
        [{ plan: 'business' }, ({ subscriptions: { planId } }) => planId === 'business'],
        [{ subscription: 'past_due' }, ({ subscriptions: { status } }) => status === 'past_due'],
        [{ signedUpFrom: from }, ({ customers: { signedUpAt } }) => signedUpAt >= from],
        [{ signedUpUntil: until }, ({ customers: { signedUpAt } }) => signedUpAt < until],
        [
          { trialEndsFrom: from, trialEndsUntil: until },
          ({ subscriptions: { trialEndsAt } }) => trialEndsAt >= from && trialEndsAt < until,
        ],
        [
          { country: 'Germany', plan: 'team', signedUpFrom: from },
          ({ customers: { country, signedUpAt }, subscriptions: { planId } }) =>
            country === 'Germany' && planId === 'team' && signedUpAt >= from,
        ],
      ];
      for (const [filter, isFound] of filters) {
        const expected = rows.filter(isFound).map((row) => row.customers.id);
        const { items, total } = await search.query({ ...filter, limit: 50 });
        expect(total, JSON.stringify(filter)).toBe(expected.length);
        expect(items.length).toBe(Math.min(50, expected.length));
        expect(expected).toEqual(expect.arrayContaining(items.map(({ id }) => id)));
      }
    });

    it('are not listed with the cursor of another order, or of another list', async () => {
      const { search, list } = demo.as('viewer').customers;
      const { nextCursor } = await search.query({ sort: 'newest', limit: 1 });
      const call = search.query({ sort: 'trialEnd', limit: 1, cursor: nextCursor! });
      await expectRefusal(call, 'BAD_REQUEST', 'sorted by newest');
      const other = await list.query({ limit: 1 });
      const foreign = search.query({ sort: 'newest', cursor: other.nextCursor! });
      await expectRefusal(foreign, 'BAD_REQUEST', 'not a cursor of this list');
    });

    it.each(['%', '_', '\\', "'; drop table customers; --", 'nobody is called this'])(
      'are not found by %j, which is no part of any name',
      async (query) => {
        const found = demo.as('viewer').customers.search.query({ query });
        await expect(found).resolves.toEqual({ items: [], total: 0, nextCursor: null });
      },
    );

    it('are searched within limits', async () => {
      await expectRefusal(demo.as('viewer').customers.search.query({ query: '  ' }), 'BAD_REQUEST', 'query');
      await expectRefusal(
        demo.as('viewer').customers.search.query({ query: 'a', limit: 51 }),
        'BAD_REQUEST',
        'limit',
      );
    });

    it('see their own account and no other', async () => {
      const own = await find(mara.email);
      const other = await find(jonas.email);
      await expect(demo.as('customer').customers.get.query({ id: own.id })).resolves.toEqual(own);
      await expectRefusal(demo.as('customer').customers.get.query({ id: other.id }), 'FORBIDDEN', own.id);
      await expectRefusal(demo.as('customer').customers.get.query({ id: nobody }), 'FORBIDDEN', own.id);
      await expect(demo.as('viewer').customers.get.query({ id: other.id })).resolves.toEqual(other);
    });

    it('that do not exist are not found, by any procedure', async () => {
      const { customers: procedures } = demo.as('admin');
      for (const call of [
        () => procedures.get.query({ id: nobody }),
        () => procedures.deactivate.mutate({ id: nobody }),
        () => procedures.reactivate.mutate({ id: nobody }),
        () => procedures.erase.mutate({ id: nobody }),
      ]) {
        await expectRefusal(call(), 'NOT_FOUND', 'Find it with customers.search');
      }
    });

    it('are deactivated and reactivated, each as often as one likes', async () => {
      const { id } = await find(jonas.email);
      const closed = await demo.as('admin').customers.deactivate.mutate({ id });
      expect(closed).toMatchObject({ id, status: 'deactivated', deactivatedAt: expect.any(Date) });
      await expect(demo.as('admin').customers.deactivate.mutate({ id })).resolves.toEqual(closed);
      const [row] = await demo.db.select().from(customers).where(eq(customers.id, id));
      expect(row).toMatchObject({ status: 'deactivated', deactivatedAt: closed.deactivatedAt });

      const opened = { status: 'active', deactivatedAt: null };
      await expect(demo.as('admin').customers.reactivate.mutate({ id })).resolves.toMatchObject(opened);
      await expect(demo.as('admin').customers.reactivate.mutate({ id })).resolves.toMatchObject(opened);
    });

    it('are erased with all that belongs to them', async () => {
      const [author] = await demo.db
        .select({ id: users.id, customerId: users.customerId, email: users.email })
        .from(users)
        .innerJoin(posts, eq(posts.authorId, users.id))
        .innerJoin(invoices, eq(invoices.customerId, users.customerId))
        .where(eq(users.role, 'customer'))
        .orderBy(users.email);
      if (!author?.customerId || author.email === mara.email)
        throw new Error('the sample data lacks something');

      await demo.as('admin').customers.erase.mutate({ id: author.customerId });
      const { db } = demo;
      expect(await db.$count(customers, eq(customers.id, author.customerId))).toBe(0);
      expect(await db.$count(subscriptions, eq(subscriptions.customerId, author.customerId))).toBe(0);
      expect(await db.$count(invoices, eq(invoices.customerId, author.customerId))).toBe(0);
      expect(await db.$count(posts, eq(posts.authorId, author.id))).toBe(0);
    });
  });
});

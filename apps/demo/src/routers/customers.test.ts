import { eq, ilike } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal } from '../../test/demo.ts';
import { customers, invoices, posts, subscriptions, users } from '../db/schema.ts';
import { aiko, jonas, mara } from '../sample/cast.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

describe('customers', () => {
  describeDemo((demo) => {
    const find = async (query: string) => {
      const [customer] = await demo.as('viewer').customers.search.query({ query });
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
        await expect(demo.as('viewer').customers.search.query({ query }), query).resolves.toMatchObject([
          aiko,
        ]);
      }
    });

    it('come with real dates and their subscription', async () => {
      const [customer] = await demo.as('viewer').customers.search.query({ query: aiko.email });
      expect(customer).toEqual({
        id: expect.any(String),
        ...aiko,
        status: 'active',
        signedUpAt: expect.any(Date),
        deactivatedAt: null,
        subscription: { plan: 'team', status: 'trialing', trialEndsAt: expect.any(Date), monthlyCents: 7900 },
      });
      const inDays = ((customer?.subscription.trialEndsAt.getTime() ?? 0) - Date.now()) / 86_400_000;
      expect(Math.round(inDays)).toBe(3);
    });

    it('are found as many as asked for, in the order of their names', async () => {
      const found = await demo.as('viewer').customers.search.query({ query: 'lars', limit: 5 });
      expect(found.length).toBe(5);
      expect(found.map((one) => one.name)).toEqual(found.map((one) => one.name).toSorted());
      const matching = await demo.db.$count(customers, ilike(customers.name, '%lars%'));
      expect(await demo.as('viewer').customers.search.query({ query: 'lars', limit: 50 })).toSatisfy(
        (all: unknown[]) => all.length >= matching,
      );
    });

    it.each(['%', '_', '\\', "'; drop table customers; --", 'nobody is called this'])(
      'are not found by %j, which is no part of any name',
      async (query) => {
        await expect(demo.as('viewer').customers.search.query({ query })).resolves.toEqual([]);
      },
    );

    it('are searched by something, within limits', async () => {
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

    it('are found by status', async () => {
      const found = await demo
        .as('viewer')
        .customers.search.query({ query: 'example', status: 'deactivated' });
      expect(found.length).toBeGreaterThan(0);
      expect(found.every((one) => one.status === 'deactivated' && one.deactivatedAt !== null)).toBe(true);
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

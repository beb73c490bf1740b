import { and, eq, gt, lt } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal } from '../../test/demo.ts';
import { customers, subscriptions, type subscriptionStatus } from '../db/schema.ts';
import { aiko, jonas, mara } from '../sample/cast.ts';

const day = 86_400_000;

describe('subscriptions', () => {
  describeDemo((demo) => {
    const idOf = async (email: string) => {
      const [row] = await demo.db.select().from(customers).where(eq(customers.email, email));
      if (!row) throw new Error(`nobody has the address ${email}`);
      return row.id;
    };
    const trialEnd = async (customerId: string) => {
      const [row] = await demo.db
        .select()
        .from(subscriptions)
        .where(eq(subscriptions.customerId, customerId));
      return row?.trialEndsAt.getTime();
    };
    const someoneWith = async (status: (typeof subscriptionStatus.enumValues)[number]) => {
      const [row] = await demo.db
        .select({ id: customers.id, name: customers.name })
        .from(customers)
        .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id))
        .where(and(eq(subscriptions.status, status), eq(customers.status, 'active')));
      if (!row) throw new Error(`nobody is ${status}`);
      return row;
    };

    it('list the plans, the cheapest first', async () => {
      await expect(demo.as('customer').subscriptions.plans.query()).resolves.toEqual([
        { id: 'starter', name: 'Starter', seats: 3, monthlyCents: 1900 },
        { id: 'team', name: 'Team', seats: 15, monthlyCents: 7900 },
        { id: 'business', name: 'Business', seats: 100, monthlyCents: 24900 },
      ]);
    });

    it('move the end of a trial by weeks or days', async () => {
      const customerId = await idOf(aiko.email);
      const before = await trialEnd(customerId);
      const customer = await demo
        .as('support')
        .subscriptions.extendTrial.mutate({ customerId, by: 1, unit: 'weeks' });
      expect(customer.subscription.trialEndsAt.getTime()).toBe(before! + 7 * day);
      await demo.as('support').subscriptions.extendTrial.mutate({ customerId, by: 3, unit: 'days' });
      expect(await trialEnd(customerId)).toBe(before! + 10 * day);
    });

    it('add up when two people extend a trial at the same time', async () => {
      const customerId = await idOf(aiko.email);
      const before = await trialEnd(customerId);
      const extend = () =>
        demo.as('support').subscriptions.extendTrial.mutate({ customerId, by: 1, unit: 'days' });
      await Promise.all(Array.from({ length: 5 }, extend));
      expect(await trialEnd(customerId)).toBe(before! + 5 * day);
    });

    it('start a trial that is over again, counted from now', async () => {
      const { id: customerId } = await someoneWith('trial_expired');
      const { subscription } = await demo
        .as('support')
        .subscriptions.extendTrial.mutate({ customerId, by: 2, unit: 'days' });
      expect(subscription.status).toBe('trialing');
      expect(Math.round((subscription.trialEndsAt.getTime() - Date.now()) / day)).toBe(2);
    });

    it.each(['active', 'past_due', 'cancelled'] as const)(
      'that are %s have no trial to extend',
      async (status) => {
        const { id: customerId, name } = await someoneWith(status);
        const before = await trialEnd(customerId);
        await expectRefusal(
          demo.as('support').subscriptions.extendTrial.mutate({ customerId, by: 1, unit: 'weeks' }),
          'CONFLICT',
          `${name} is not in a trial: the subscription is ${status}`,
        );
        expect(await trialEnd(customerId)).toBe(before);
      },
    );

    it('extend a trial by 1 to 60 days or weeks', async () => {
      const customerId = await idOf(aiko.email);
      for (const by of [0, -1, 61, 1.5]) {
        await expectRefusal(
          demo.as('support').subscriptions.extendTrial.mutate({ customerId, by, unit: 'weeks' }),
          'BAD_REQUEST',
          'by',
        );
      }
    });

    it('change their plan, by support for anybody and by customers for themselves', async () => {
      const own = await idOf(mara.email);
      const other = await idOf(jonas.email);
      const { changePlan } = demo.as('customer').subscriptions;
      const customer = await changePlan.mutate({ customerId: own, plan: 'starter' });
      expect(customer.subscription).toMatchObject({ plan: 'starter', status: 'active', monthlyCents: 1900 });
      await expectRefusal(
        changePlan.mutate({ customerId: other, plan: 'starter' }),
        'FORBIDDEN',
        'only their own',
      );
      await expect(
        demo.as('support').subscriptions.changePlan.mutate({ customerId: other, plan: 'team' }),
      ).resolves.toMatchObject({ subscription: { plan: 'team' } });
    });

    it('stay as they are while the account is deactivated', async () => {
      const customerId = await idOf(jonas.email);
      await demo.as('admin').customers.deactivate.mutate({ id: customerId });
      const { changePlan, extendTrial } = demo.as('admin').subscriptions;
      for (const call of [
        () => changePlan.mutate({ customerId, plan: 'starter' }),
        () => extendTrial.mutate({ customerId, by: 1, unit: 'weeks' }),
      ]) {
        await expectRefusal(call(), 'PRECONDITION_FAILED', 'Reactivate it first with customers.reactivate');
      }
    });

    it('are in a trial exactly as long as it lasts, in the sample data', async () => {
      const now = new Date();
      const wrong = await demo.db
        .select()
        .from(subscriptions)
        .where(and(eq(subscriptions.status, 'trialing'), lt(subscriptions.trialEndsAt, now)));
      expect(wrong).toEqual([]);
      expect(
        await demo.db.$count(
          subscriptions,
          and(eq(subscriptions.status, 'trial_expired'), gt(subscriptions.trialEndsAt, now)),
        ),
      ).toBe(0);
    });
  });
});

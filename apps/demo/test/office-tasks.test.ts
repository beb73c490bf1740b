import { and, asc, count, desc, eq, gte, ilike, lt, sql, sum } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { customers, invoices, plans, posts, subscriptions, users } from '../src/db/schema.ts';
import { aiko, articles, jonas, mara, tokens } from '../src/sample/cast.ts';
import { describeDemo, type Demo, type Role } from './demo.ts';
import { connectAgent } from './mcp.ts';

const mostCalls = 3;
const day = 86_400_000;

// A task reads what a tool returned as an agent does, who has no types.
// oxlint-disable-next-line typescript/no-explicit-any -- every task reads other fields
type Call = <T = any>(tool: string, args?: Record<string, unknown>) => Promise<T>;

interface Task {
  role: Role;
  /** Does the task with tools alone, and returns the answer. */
  answer: (call: Call) => Promise<unknown>;
  /** What the database says the answer is. Runs before the task unless it checks what the task has changed. */
  expected: (demo: Demo) => Promise<unknown>;
  changes?: true;
}

const now = new Date();
const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
const nameOf = (date: Date) => date.toISOString().slice(0, 7);
// The last quarter that is over.
const quarterStart = month(-(now.getUTCMonth() % 3) - 3);
const quarterEnd = month(-(now.getUTCMonth() % 3));
const midnight = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate()));
const nextMonday = new Date(midnight.getTime() + (7 - ((now.getUTCDay() + 6) % 7)) * day);
const mondayAfter = new Date(nextMonday.getTime() + 7 * day);
const iso = (date: Date) => date.toISOString();
const cents = sum(invoices.amountCents).mapWith(Number);

const sumIn = async (db: Demo['db'], from: Date, until: Date) => {
  const [row] = await db
    .select({ cents })
    .from(invoices)
    .where(and(gte(invoices.issuedAt, from), lt(invoices.issuedAt, until)));
  return row!.cents;
};
const customerOf = async ({ db }: Demo, email: string) => {
  const [row] = await db
    .select()
    .from(customers)
    .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id))
    .where(eq(customers.email, email));
  return row!;
};
const subscribed = (db: Demo['db']) =>
  db
    .select({ email: customers.email })
    .from(customers)
    .innerJoin(subscriptions, eq(subscriptions.customerId, customers.id))
    .$dynamic();
const emails = (items: { email: string }[]) => items.map(({ email }) => email);

const tasks: Record<string, Task> = {
  'What did we invoice in the three months before this one, together?': {
    role: 'viewer',
    answer: async (call) => {
      const args = { issuedFrom: iso(month(-3)), issuedUntil: iso(month(0)) };
      return (await call('invoices_totals', args)).amountCents;
    },
    expected: ({ db }) => sumIn(db, month(-3), month(0)),
  },
  'Show me what we invoiced in each of the last six months, as a chart.': {
    role: 'viewer',
    answer: async (call) => {
      const args = { issuedFrom: iso(month(-6)), issuedUntil: iso(month(0)) };
      const { byMonth } = await call('invoices_totals', args);
      return byMonth.map((each: { month: string; amountCents: number }) => [each.month, each.amountCents]);
    },
    expected: ({ db }) =>
      Promise.all(
        [-6, -5, -4, -3, -2, -1].map(async (offset) => [
          nameOf(month(offset)),
          await sumIn(db, month(offset), month(offset + 1)),
        ]),
      ),
  },
  'How is the revenue of the last quarter divided by status?': {
    role: 'viewer',
    answer: async (call) => {
      const args = { issuedFrom: iso(quarterStart), issuedUntil: iso(quarterEnd) };
      const { byStatus } = await call('invoices_totals', args);
      return byStatus.map((each: { status: string; amountCents: number }) => [each.status, each.amountCents]);
    },
    expected: async ({ db }) => {
      const rows = await db
        .select({ status: invoices.status, cents })
        .from(invoices)
        .where(and(gte(invoices.issuedAt, quarterStart), lt(invoices.issuedAt, quarterEnd)))
        .groupBy(invoices.status)
        .orderBy(asc(invoices.status));
      return rows.map((row) => [row.status, row.cents]);
    },
  },
  'Whose trial ends next week?': {
    role: 'support',
    answer: async (call) => {
      const { items } = await call('customers_search', {
        subscription: 'trialing',
        trialEndsFrom: iso(nextMonday),
        trialEndsUntil: iso(mondayAfter),
        sort: 'trialEnd',
        limit: 50,
      });
      return emails(items);
    },
    expected: async ({ db }) =>
      emails(
        await subscribed(db)
          .where(
            and(
              eq(subscriptions.status, 'trialing'),
              gte(subscriptions.trialEndsAt, nextMonday),
              lt(subscriptions.trialEndsAt, mondayAfter),
            ),
          )
          .orderBy(asc(subscriptions.trialEndsAt), asc(customers.id)),
      ),
  },
  'Who are our five newest customers in Germany?': {
    role: 'viewer',
    answer: async (call) =>
      emails((await call('customers_search', { country: 'Germany', sort: 'newest', limit: 5 })).items),
    expected: async ({ db }) =>
      emails(
        await subscribed(db)
          .where(eq(customers.country, 'Germany'))
          .orderBy(desc(customers.signedUpAt), desc(customers.id))
          .limit(5),
      ),
  },
  'How many people signed up in each of the last four months?': {
    role: 'viewer',
    answer: async (call) => {
      const rows = await call<{ running: boolean; signUps: number }[]>('reports_signUps', { months: 5 });
      return rows.filter(({ running }) => !running).map(({ signUps }) => signUps);
    },
    expected: ({ db }) =>
      Promise.all(
        [-4, -3, -2, -1].map((offset) =>
          db.$count(
            customers,
            and(gte(customers.signedUpAt, month(offset)), lt(customers.signedUpAt, month(offset + 1))),
          ),
        ),
      ),
  },
  'How many customers have we in Norway?': {
    role: 'viewer',
    answer: async (call) => (await call('customers_search', { country: 'Norway', limit: 1 })).total,
    expected: ({ db }) => db.$count(customers, eq(customers.country, 'Norway')),
  },
  'Who is past due?': {
    role: 'viewer',
    answer: async (call) => {
      const { items } = await call('customers_search', { subscription: 'past_due', limit: 50 });
      return emails(items).toSorted();
    },
    expected: async ({ db }) =>
      emails(await subscribed(db).where(eq(subscriptions.status, 'past_due'))).toSorted(),
  },
  'What is overdue in all, and how many invoices are that?': {
    role: 'viewer',
    answer: async (call) => (await call('invoices_list', { status: 'overdue', limit: 1 })).totals.all,
    expected: async ({ db }) => {
      const [row] = await db
        .select({ count: count(), amountCents: cents })
        .from(invoices)
        .where(eq(invoices.status, 'overdue'));
      return row;
    },
  },
  [`Which invoices has ${jonas.company} not paid, and what is their sum?`]: {
    role: 'viewer',
    answer: async (call) => {
      const { items } = await call('customers_search', { query: jonas.company });
      const args = { customerId: items[0].id, limit: 50 };
      const { items: all, totals } = await call('invoices_list', args);
      const unpaid = all.filter(({ status }: { status: string }) => status !== 'paid');
      return {
        numbers: unpaid.map(({ number }: { number: string }) => number),
        cents: totals.open.amountCents + totals.overdue.amountCents,
      };
    },
    expected: async ({ db }) => {
      const rows = await db
        .select()
        .from(invoices)
        .innerJoin(customers, eq(customers.id, invoices.customerId))
        .where(and(eq(customers.email, jonas.email), sql`${invoices.status} <> 'paid'`))
        .orderBy(desc(invoices.issuedAt));
      return {
        numbers: rows.map((row) => row.invoices.number),
        cents: rows.reduce((total, row) => total + row.invoices.amountCents, 0),
      };
    },
  },
  [`What has ${mara.name} paid us so far?`]: {
    role: 'support',
    answer: async (call) => {
      const { items } = await call('customers_search', { query: mara.name });
      const { byStatus } = await call('invoices_totals', { customerId: items[0].id });
      return byStatus.find(({ status }: { status: string }) => status === 'paid').amountCents;
    },
    expected: async ({ db }) => {
      const [row] = await db
        .select({ cents })
        .from(invoices)
        .innerJoin(customers, eq(customers.id, invoices.customerId))
        .where(and(eq(customers.email, mara.email), eq(invoices.status, 'paid')));
      return row!.cents;
    },
  },
  'Which of my invoices are not paid yet?': {
    role: 'customer',
    answer: async (call) => (await call('invoices_list', { limit: 1 })).totals.open.count,
    expected: async ({ db }) =>
      db.$count(
        invoices,
        and(
          eq(invoices.status, 'open'),
          eq(invoices.customerId, sql`(select id from customers where email = ${mara.email})`),
        ),
      ),
  },
  'Which drafts has Tom written?': {
    role: 'viewer',
    answer: async (call) => {
      const { items } = await call('posts_list', { author: 'tom okafor', status: 'draft', limit: 100 });
      return items.map(({ title }: { title: string }) => title);
    },
    expected: async ({ db }) => {
      const rows = await db
        .select({ title: posts.title })
        .from(posts)
        .innerJoin(users, eq(users.id, posts.authorId))
        .where(and(ilike(users.name, '%okafor%'), eq(posts.status, 'draft')))
        .orderBy(desc(posts.createdAt), desc(posts.id));
      return rows.map(({ title }) => title);
    },
  },
  'How many business customers signed up in the last 90 days?': {
    role: 'viewer',
    answer: async (call) => {
      const args = { plan: 'business', signedUpFrom: iso(new Date(midnight.getTime() - 90 * day)), limit: 1 };
      return (await call('customers_search', args)).total;
    },
    expected: async ({ db }) =>
      (
        await subscribed(db).where(
          and(
            eq(subscriptions.planId, 'business'),
            gte(customers.signedUpAt, new Date(midnight.getTime() - 90 * day)),
          ),
        )
      ).length,
  },
  'What does each plan cost?': {
    role: 'customer',
    answer: async (call) =>
      (await call('subscriptions_plans')).map((plan: { id: string; monthlyCents: number }) => [
        plan.id,
        plan.monthlyCents,
      ]),
    expected: async ({ db }) =>
      (await db.select().from(plans).orderBy(asc(plans.monthlyCents))).map((plan) => [
        plan.id,
        plan.monthlyCents,
      ]),
  },
  'What may I do here?': {
    role: 'support',
    answer: async (call) => {
      const { role, tools } = await call('whoami');
      return [role, tools.includes('subscriptions_extendTrial'), tools.includes('customers_deactivate')];
    },
    expected: async ({ as }) => [(await as('support').users.me.query()).role, true, false],
  },
  [`Extend ${aiko.name}'s trial by a week.`]: {
    role: 'support',
    changes: true,
    answer: async (call) => {
      const { items } = await call('customers_search', { query: aiko.name });
      const args = { customerId: items[0].id, by: 1, unit: 'weeks' };
      const { subscription } = await call('subscriptions_extendTrial', args);
      const moved = Date.parse(subscription.trialEndsAt) - Date.parse(items[0].subscription.trialEndsAt);
      return [moved, subscription.trialEndsAt];
    },
    expected: async (demo) => {
      const { subscriptions: row } = await customerOf(demo, aiko.email);
      return [7 * day, iso(row.trialEndsAt)];
    },
  },
  [`Put ${jonas.company} on the team plan.`]: {
    role: 'support',
    changes: true,
    answer: async (call) => {
      const { items } = await call('customers_search', { query: jonas.company });
      const { subscription } = await call('subscriptions_changePlan', {
        customerId: items[0].id,
        plan: 'team',
      });
      return ['team', subscription.plan];
    },
    expected: async (demo) => ['team', (await customerOf(demo, jonas.email)).subscriptions.planId],
  },
  [`Deactivate ${jonas.name}.`]: {
    role: 'admin',
    changes: true,
    answer: async (call) => {
      const { items } = await call('customers_search', { query: jonas.name, status: 'active' });
      const closed = await call('customers_deactivate', { id: items[0].id });
      return ['deactivated', closed.deactivatedAt];
    },
    expected: async (demo) => {
      const { customers: row } = await customerOf(demo, jonas.email);
      return [row.status, iso(row.deactivatedAt!)];
    },
  },
  'Sign up Kim Berg of Berg Ltd in Norway.': {
    role: 'support',
    changes: true,
    answer: async (call) => {
      const kim = { name: 'Kim Berg', email: 'kim@berg.example', company: 'Berg Ltd', country: 'Norway' };
      const { id, subscription } = await call('signUps_add', kim);
      return [id, subscription.trialEndsAt];
    },
    expected: async (demo) => {
      const { customers: row, subscriptions: trial } = await customerOf(demo, 'kim@berg.example');
      return [row.id, iso(trial.trialEndsAt)];
    },
  },
  [`Rename my post "${articles.byMara}".`]: {
    role: 'customer',
    changes: true,
    answer: async (call) => {
      const { items } = await call('posts_list', { mine: true, search: articles.byMara });
      const renamed = await call('posts_rename', { id: items[0].id, title: 'Tidier invoices' });
      return [renamed.id, renamed.title];
    },
    expected: async ({ db }) => {
      const [row] = await db.select().from(posts).where(eq(posts.title, 'Tidier invoices'));
      return [row?.id, row?.title];
    },
  },
};

describe(`an office task is done with at most ${mostCalls} calls of tools`, () => {
  it('for twenty tasks and more', () => {
    expect(Object.keys(tasks).length).toBeGreaterThanOrEqual(20);
  });

  describeDemo((demo) => {
    it.each(Object.entries(tasks))('%s', async (_title, { role, answer, expected, changes }) => {
      let calls = 0;
      await using agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens[role].token);
      const call: Call = (tool, args) => {
        calls++;
        return agent.call(tool, args);
      };
      const before = changes ? undefined : await expected(demo);
      const answered = await answer(call);
      expect(answered).toEqual(changes ? await expected(demo) : before);
      expect(answered).not.toEqual([]);
      expect(answered).not.toBe(0);
      expect(calls).toBeLessThanOrEqual(mostCalls);
    });
  });
});

import { asc, eq } from 'drizzle-orm';
import type { TRPCClient } from '@trpc/client';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal, roles, subscribe, type Demo, type Role } from '../test/demo.ts';
import { toCursor } from './cursor.ts';
import { activity, customers, posts } from './db/schema.ts';
import { appRouter, type AppRouter } from './router.ts';
import { articles } from './sample/cast.ts';

interface Rule {
  allowed: Role[];
  call: (client: TRPCClient<AppRouter>, target: Target, caller: Caller) => Promise<unknown>;
}

interface Caller {
  url: string;
  role: Role | undefined;
}

interface Target {
  customerId: string;
  trialId: string;
  ownPostId: string;
  draftId: string;
}

const newcomer = { name: 'New Comer', email: 'new@comer.example', company: 'Comer', country: 'Norway' };
// All sample customers signed up after this moment, so the first items come at once.
const beforeEverybody = toCursor({ at: new Date(0), id: '00000000-0000-4000-8000-000000000000' });
const somethingDone = {
  at: new Date(),
  name: 'Kim',
  role: 'viewer',
  client: 'a client',
  era: 'modern',
  tool: 'posts_list',
  path: 'posts.list',
  ms: 1,
};
const everybody: Role[] = ['viewer', 'support', 'admin', 'customer'];
const employees: Role[] = ['viewer', 'support', 'admin'];

// The target belongs to the calling customer, so only the role decides.
const rules: Record<string, Rule> = {
  'customers.search': { allowed: employees, call: (client) => client.customers.search.query({ query: 'a' }) },
  'customers.get': {
    allowed: everybody,
    call: (client, { customerId: id }) => client.customers.get.query({ id }),
  },
  'customers.list': { allowed: everybody, call: (client) => client.customers.list.query({}) },
  'customers.completeId': {
    allowed: everybody,
    call: (client) => client.customers.completeId.query({ value: 'a' }),
  },
  'customers.countries': { allowed: employees, call: (client) => client.customers.countries.query({}) },
  'customers.reactivate': {
    allowed: ['admin'],
    call: (client, { customerId: id }) => client.customers.reactivate.mutate({ id }),
  },
  'customers.deactivate': {
    allowed: ['admin'],
    call: (client, { trialId: id }) => client.customers.deactivate.mutate({ id }),
  },
  'customers.erase': {
    allowed: ['admin'],
    call: (client, { trialId: id }) => client.customers.erase.mutate({ id }),
  },
  'subscriptions.plans': { allowed: everybody, call: (client) => client.subscriptions.plans.query() },
  'subscriptions.changePlan': {
    allowed: ['support', 'admin', 'customer'],
    call: (client, { customerId }) =>
      client.subscriptions.changePlan.mutate({ customerId, plan: 'business' }),
  },
  'subscriptions.extendTrial': {
    allowed: ['support', 'admin'],
    call: (client, { trialId }) =>
      client.subscriptions.extendTrial.mutate({ customerId: trialId, by: 1, unit: 'weeks' }),
  },
  'invoices.list': {
    allowed: everybody,
    call: (client, { customerId }) => client.invoices.list.query({ customerId }),
  },
  'posts.list': { allowed: everybody, call: (client) => client.posts.list.query({}) },
  'posts.get': { allowed: everybody, call: (client, { ownPostId: id }) => client.posts.get.query({ id }) },
  'invoices.export': {
    allowed: everybody,
    call: (client) => client.invoices.export.query({ month: '2026-01' }),
  },
  'invoices.totals': {
    allowed: everybody,
    call: (client) => client.invoices.totals.query({ month: '2026-01' }),
  },
  'invoices.months': { allowed: everybody, call: (client) => client.invoices.months.query({}) },
  'posts.text': { allowed: everybody, call: (client, { ownPostId: id }) => client.posts.text.query({ id }) },
  'posts.completeId': { allowed: everybody, call: (client) => client.posts.completeId.query({ value: '' }) },
  'posts.rename': {
    allowed: ['admin', 'customer'],
    call: (client, { ownPostId: id }) => client.posts.rename.mutate({ id, title: 'A title that is new' }),
  },
  'posts.publish': {
    allowed: ['support', 'admin'],
    call: (client, { draftId: id }) => client.posts.publish.mutate({ id }),
  },
  'reports.signUps': { allowed: employees, call: (client) => client.reports.signUps.query({}) },
  'reports.signUpChart': { allowed: employees, call: (client) => client.reports.signUpChart.query() },
  'reports.weekly': { allowed: employees, call: (client) => client.reports.weekly.query({}) },
  'signUps.add': {
    allowed: ['support', 'admin'],
    call: (client, _target, { role }) =>
      client.signUps.add.mutate({ ...newcomer, email: `added-by-${role}@newcomer.example` }),
  },
  'signUps.import': {
    allowed: ['support', 'admin'],
    call: (client) => client.signUps.import.mutate({ rows: [newcomer] }),
  },
  'signUps.watch': {
    allowed: employees,
    call: (_client, _target, { url, role }) =>
      subscribe(url, role, 'signUps.watch', { lastEventId: beforeEverybody }),
  },
  'activity.list': { allowed: employees, call: (client) => client.activity.list.query({}) },
  'activity.watch': {
    allowed: employees,
    call: (_client, _target, { url, role }) => subscribe(url, role, 'activity.watch', { lastEventId: '0' }),
  },
  'users.me': { allowed: everybody, call: (client) => client.users.me.query() },
};

describe('roles', () => {
  it('have a rule for every procedure', () => {
    expect(Object.keys(rules).toSorted()).toEqual(Object.keys(appRouter._def.procedures).toSorted());
  });

  describeDemo((demo) => {
    let target: Target;
    beforeAll(async () => {
      target = await findTarget(demo);
      await demo.db.insert(activity).values(somethingDone);
    });

    const refusals = Object.entries(rules).flatMap(([path, rule]) =>
      roles.filter((role) => !rule.allowed.includes(role)).map((role) => ({ path, role, rule })),
    );
    const admissions = Object.entries(rules).flatMap(([path, rule]) =>
      rule.allowed.map((role) => ({ path, role, rule })),
    );

    it.each(Object.entries(rules))('refuse %s to whoever is not signed in', async (_path, rule) => {
      await expectRefusal(
        rule.call(demo.withToken(undefined), target, { url: demo.url, role: undefined }),
        'UNAUTHORIZED',
        'Sign in first',
      );
    });

    it('change nothing where they refuse', async () => {
      const before = await everything(demo);
      for (const { role, rule } of refusals) {
        await expectRefusal(
          rule.call(demo.as(role), target, { url: demo.url, role }),
          'FORBIDDEN',
          /role|only its author/,
        );
      }
      expect(await everything(demo)).toEqual(before);
    });

    // Last, because the admin's calls remove the target.
    describe('admit', () => {
      const order = (path: string) => ['customers.deactivate', 'customers.erase'].indexOf(path);
      it.each(admissions.toSorted((a, b) => order(a.path) - order(b.path)))(
        '$role to $path',
        async ({ role, rule }) => {
          await expect(rule.call(demo.as(role), target, { url: demo.url, role })).resolves.not.toThrow();
        },
      );
    });
  });
});

async function findTarget({ as, db }: Demo): Promise<Target> {
  const me = await as('customer').users.me.query();
  const [own] = await db.select().from(posts).where(eq(posts.title, articles.byMara));
  const [draft] = await db.select().from(posts).where(eq(posts.status, 'draft'));
  const search = { status: 'active', subscription: 'trialing', limit: 1 } as const;
  const { items } = await as('viewer').customers.search.query(search);
  const [trial] = items;
  if (me.customerId === null || !own || !draft || !trial) throw new Error('the sample data lacks something');
  return { customerId: me.customerId, ownPostId: own.id, draftId: draft.id, trialId: trial.id };
}

async function everything({ as, db }: Demo) {
  return [
    await db.select().from(customers).orderBy(asc(customers.id)),
    await db.select().from(posts).orderBy(asc(posts.id)),
    await as('admin').customers.search.query({ query: 'example', limit: 50 }),
  ];
}

import { and, asc, eq, gte, lt } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, type Demo, type Role, roles } from '../test/demo.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import type { Customer } from './customer.ts';
import { customers, posts, subscriptions } from './db/schema.ts';
import { aiko, articles, jonas, mara, staff, tokens } from './sample/cast.ts';

const day = 86_400_000;

/** A value as it arrives over MCP: its dates are text. */
type OnTheWire<T> = T extends Date ? string : T extends object ? { [K in keyof T]: OnTheWire<T[K]> } : T;

interface Found {
  items: OnTheWire<Customer>[];
}

interface Post {
  id: string;
  title: string;
  author: { name: string };
}

describe.each(eras)('an agent with the client of %s', (era) => {
  describeDemo((demo) => {
    const agentOf = (role: Role) => connectAgent(era, `${demo.url}/mcp`, tokens[role].token);

    const findCustomer = async (query: string) => {
      await using agent = await agentOf('viewer');
      const { items } = await agent.call<Found>('customers_search', { query });
      const [customer] = items;
      if (!customer) throw new Error(`no tool finds ${query}`);
      return customer;
    };

    /** Expects a failed call with the app's own message, and an unchanged database. */
    const expectForbidden = async (
      role: Role,
      tool: string,
      args: Record<string, unknown>,
      message: string,
    ) => {
      const before = await everything(demo);
      await using agent = await agentOf(role);
      const refusal = await agent.call(tool, args).catch((error: unknown) => error);
      expect(refusal).toMatchObject({ message: expect.stringContaining('FORBIDDEN: ') });
      expect(refusal).toMatchObject({ message: expect.stringContaining(message) });
      expect(await everything(demo)).toEqual(before);
    };

    describe(`"Deactivate ${jonas.email}."`, () => {
      it.each(['viewer', 'support', 'customer'] as const)('is refused to the %s', async (role) => {
        const { id } = await findCustomer(jonas.email);
        const message = `This needs the role admin; ${tokens[role].name} is signed in as ${role}.`;
        await expectForbidden(role, 'customers_deactivate', { id }, message);
      });

      it('is done for the admin', async () => {
        await using agent = await agentOf('admin');
        const { items } = await agent.call<Found>('customers_search', { query: jonas.email });
        const [found] = items;
        expect(found).toMatchObject({ ...jonas, status: 'active' });

        const closed = await agent.call<OnTheWire<Customer>>('customers_deactivate', { id: found!.id });
        expect(closed).toMatchObject({ id: found!.id, status: 'deactivated' });
        const [row] = await demo.db.select().from(customers).where(eq(customers.email, jonas.email));
        expect(row).toMatchObject({ status: 'deactivated', deactivatedAt: new Date(closed.deactivatedAt!) });
      });

      it('is not done when the person says no', async () => {
        const asked: string[] = [];
        await using agent = await connectAgent(era, `${demo.url}/mcp`, tokens.admin.token, (question) => {
          asked.push(question);
          return { action: 'decline' };
        });
        const { id } = await findCustomer(jonas.email);
        const before = await everything(demo);
        await expect(agent.call('customers_deactivate', { id })).rejects.toThrow('the person declined');
        expect(asked).toEqual([
          `Deactivate "${jonas.name}" of "${jonas.company}"? Its people can no longer sign in.\nid: "${id}"`,
        ]);
        expect(await everything(demo)).toEqual(before);
      });
    });

    describe(`"Extend ${aiko.name}'s trial by 1 week."`, () => {
      it.each(['viewer', 'customer'] as const)('is refused to the %s', async (role) => {
        const { id } = await findCustomer(aiko.name);
        const args = { customerId: id, by: 1, unit: 'weeks' };
        await expectForbidden(
          role,
          'subscriptions_extendTrial',
          args,
          'This needs the role support or admin',
        );
      });

      it.each(['support', 'admin'] as const)('is done for the %s', async (role) => {
        await using agent = await agentOf(role);
        const { items } = await agent.call<Found>('customers_search', { query: aiko.name });
        const [found] = items;
        const end = await trialEnd(demo, found!.id);
        expect(found!.subscription).toMatchObject({
          status: 'trialing',
          trialEndsAt: new Date(end).toISOString(),
        });

        await agent.call('subscriptions_extendTrial', { customerId: found!.id, by: 1, unit: 'weeks' });
        expect(await trialEnd(demo, found!.id)).toBe(end + 7 * day);
      });

      it('is done once, however often the agent tries', async () => {
        await using agent = await agentOf('support');
        const { id } = await findCustomer(aiko.name);
        const end = await trialEnd(demo, id);
        const args = { customerId: id, by: 1, unit: 'weeks', _idempotencyKey: `aiko-${era}` };
        await Promise.all(Array.from({ length: 5 }, () => agent.call('subscriptions_extendTrial', args)));
        await agent.call('subscriptions_extendTrial', args);
        expect(await trialEnd(demo, id)).toBe(end + 7 * day);
      });
    });

    describe('"How many new users did we get, week over week?"', () => {
      interface Week {
        startsAt: string;
        running: boolean;
        signUps: number;
        signUpsBefore: number;
      }

      it('is refused to the customer', async () => {
        await expectForbidden(
          'customer',
          'reports_signUps',
          {},
          'This needs the role viewer or support or admin',
        );
      });

      it('is answered for the viewer, as counting by hand would', async () => {
        await using agent = await agentOf('viewer');
        const weeks = await agent.call<Week[]>('reports_signUps', { weeks: 4 });
        expect(weeks.map((week) => week.running)).toEqual([false, false, false, true]);
        for (const week of weeks.slice(0, 3)) {
          const start = Date.parse(week.startsAt);
          expect([week.signUps, week.signUpsBefore]).toEqual([
            await signUps(demo, start, start + 7 * day),
            await signUps(demo, start - 7 * day, start),
          ]);
        }
      });
    });

    describe(`"Rename my post '${articles.byMara}'."`, () => {
      const title = 'Invoices that file themselves';
      const findPost = async () => {
        await using agent = await agentOf('viewer');
        const { items } = await agent.call<{ items: Post[] }>('posts_list', { search: articles.byMara });
        return items[0]!;
      };

      it.each(['viewer', 'support'] as const)('is refused to the %s, whose post it is not', async (role) => {
        const { id } = await findPost();
        const message = role === 'viewer' ? 'is signed in as viewer' : `is by ${mara.name}: only its author`;
        await expectForbidden(role, 'posts_rename', { id, title }, message);
      });

      it('is refused to the customer for a post of another', async () => {
        await using agent = await agentOf('customer');
        const { items } = await agent.call<{ items: Post[] }>('posts_list', { search: articles.byTom });
        const message = `is by ${staff.support.name}: only its author`;
        await expectForbidden('customer', 'posts_rename', { id: items[0]!.id, title }, message);
      });

      it('is done for the customer who wrote it', async () => {
        await using agent = await agentOf('customer');
        const mine = await agent.call<{ items: Post[] }>('posts_list', {
          mine: true,
          search: 'tidy invoices',
        });
        expect(mine.items).toMatchObject([{ title: articles.byMara, author: { name: mara.name } }]);

        await agent.call('posts_rename', { id: mine.items[0]!.id, title });
        const [row] = await demo.db.select().from(posts).where(eq(posts.id, mine.items[0]!.id));
        expect(row?.title).toBe(title);
      });
    });

    it('is told what the same call over tRPC would say, dates included', async () => {
      await using agent = await agentOf('customer');
      const me = await agent.call<{ customerId: string }>('whoami');
      const overMcp = await agent.call('customers_get', { id: me.customerId });
      const overTrpc = await demo.as('customer').customers.get.query({ id: me.customerId });
      expect(overMcp).toEqual(JSON.parse(JSON.stringify(overTrpc)));
    });

    it('says when in ISO 8601, where the procedure takes a date', async () => {
      await using agent = await agentOf('customer');
      const all = await agent.call<{ items: { issuedAt: string }[] }>('invoices_list', { limit: 100 });
      const { issuedAt } = all.items[1]!;
      const some = await agent.call<typeof all>('invoices_list', { issuedFrom: issuedAt });
      expect(some.items).toEqual(all.items.slice(0, 2));
    });

    it('is answered 401 with a token that nobody has', async () => {
      const connecting = connectAgent(era, `${demo.url}/mcp`, 'demo-nobody');
      await expect(connecting).rejects.toMatchObject({ status: 401 });
    });

    it('finds every tool with a title, a description and a word on each argument', async () => {
      await using agent = await agentOf('admin');
      const tools = await agent.listTools();
      expect(Object.fromEntries(tools.map((tool) => [tool.name, tool.title]))).toEqual({
        customers_deactivate: 'Deactivate customer',
        customers_get: 'Get customer',
        customers_reactivate: 'Reactivate customer',
        customers_search: 'Find customers',
        invoices_export: 'Export invoices',
        invoices_list: 'List invoices',
        invoices_totals: 'Total invoices',
        posts_get: 'Get help-centre post',
        posts_list: 'List help-centre posts',
        posts_publish: 'Publish help-centre post',
        posts_rename: 'Rename help-centre post',
        reports_signUps: 'Sign-ups over time',
        signUps_add: 'Sign a customer up',
        signUps_import: 'Import customers',
        signUps_watch: 'Watch sign-ups',
        subscriptions_changePlan: 'Change plan',
        subscriptions_extendTrial: 'Extend free trial',
        subscriptions_plans: 'List plans',
        whoami: 'Who am I',
      });
      for (const { name, description, inputSchema } of tools) {
        expect(description, name).toMatch(/^[A-Z].{40,400}\.$/s);
        for (const [argument, schema] of Object.entries(inputSchema.properties ?? {})) {
          expect(schema, `${name}: ${argument}`).toMatchObject({ description: expect.any(String) });
        }
      }
      expect(agent.instructions()).toContain('customers_search');
    });

    it.each(roles)('finds the tools that %s may call, and whoami names the same', async (role) => {
      await using agent = await agentOf(role);
      const listed = (await agent.listTools()).map(({ name }) => name);
      const me = await agent.call<{ role: string; may: string; tools: string[] }>('whoami');
      expect(me).toMatchObject({ role, may: expect.stringMatching(/^[A-Z].+[^.]$/) });
      expect(me.tools.toSorted()).toEqual(listed.toSorted());
      expect(listed.includes('customers_deactivate')).toBe(role === 'admin');
      expect(listed.includes('subscriptions_changePlan')).toBe(role !== 'viewer');
      expect(listed.includes('customers_search')).toBe(role !== 'customer');
    });

    it('learns from the annotations which tools only read', async () => {
      await using agent = await agentOf('admin');
      const tools = await agent.listTools();
      const writing = tools.filter((tool) => !tool.annotations?.readOnlyHint).map((tool) => tool.name);
      expect(writing).toEqual([
        'customers_deactivate',
        'customers_reactivate',
        'posts_publish',
        'posts_rename',
        'signUps_add',
        'signUps_import',
        'subscriptions_changePlan',
        'subscriptions_extendTrial',
      ]);
    });
  });
});

async function everything({ db }: Demo) {
  return [
    await db.select().from(customers).orderBy(asc(customers.id)),
    await db.select().from(subscriptions).orderBy(asc(subscriptions.customerId)),
    await db.select().from(posts).orderBy(asc(posts.id)),
  ];
}

async function trialEnd({ db }: Demo, customerId: string): Promise<number> {
  const [row] = await db.select().from(subscriptions).where(eq(subscriptions.customerId, customerId));
  if (!row) throw new Error(`no subscription of ${customerId}`);
  return row.trialEndsAt.getTime();
}

function signUps({ db }: Demo, from: number, to: number): Promise<number> {
  return db.$count(
    customers,
    and(gte(customers.signedUpAt, new Date(from)), lt(customers.signedUpAt, new Date(to))),
  );
}

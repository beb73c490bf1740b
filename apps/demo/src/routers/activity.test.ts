import { count } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { type Activity, recordActivity, settleActivity, watchActivity } from '../activity.ts';
import { describeDemo, expectRefusal, roles, type Role } from '../../test/demo.ts';
import { connectAgent, eras } from '../../test/mcp.ts';
import { activity } from '../db/schema.ts';
import { aiko, jonas, staff, tokens } from '../sample/cast.ts';
import { wakeUpWatchers } from '../wake-up.ts';

describe('what agents did', () => {
  describeDemo((demo) => {
    const agentOf = (era: (typeof eras)[number], role: Role) =>
      connectAgent(era, `${demo.url}/mcp`, tokens[role].token);
    const newest = async (limit: number) => {
      await settleActivity(demo.db);
      return (await demo.as('viewer').activity.list.query({ limit })).items;
    };

    it.each(eras)('is recorded with who did it, by the client of %s', async (era) => {
      await using agent = await agentOf(era, 'support');
      const before = Date.now();
      await agent.call('customers_search', { query: aiko.email });
      const [item] = await newest(1);
      expect(item).toEqual({
        id: expect.stringMatching(/^\d+$/),
        at: expect.any(Date),
        person: { name: staff.support.name, role: 'support' },
        client: 'scripted-agent',
        era: era === '2026-07-28' ? 'modern' : 'legacy',
        tool: 'customers_search',
        path: 'customers.search',
        arguments: { query: aiko.email },
        ok: true,
        error: null,
        ms: expect.any(Number),
      });
      expect(item!.at.getTime()).toBeGreaterThanOrEqual(before);
      expect(item!.at.getTime()).toBeLessThanOrEqual(Date.now());
    });

    it('has refused calls with their code, and the arguments of each', async () => {
      await using agent = await agentOf('2026-07-28', 'viewer');
      const id = '00000000-0000-4000-8000-000000000000';
      await expect(agent.call('customers_get', { id })).rejects.toThrow('NOT_FOUND');
      await expect(agent.call('customers_get', { id: 'Kim' })).rejects.toThrow('BAD_REQUEST');
      await expect(agent.call('customers_deactivate', { id })).rejects.toThrow('FORBIDDEN');
      const items = await newest(3);
      expect(items.map(({ tool, ok, error, ...item }) => [tool, ok, error, item.arguments])).toEqual([
        ['customers_deactivate', false, 'FORBIDDEN', { id }],
        ['customers_get', false, 'BAD_REQUEST', { id: 'Kim' }],
        ['customers_get', false, 'NOT_FOUND', { id }],
      ]);
    });

    it.each(eras)('has a call that a person agreed to once, with the client of %s', async (era) => {
      await using agent = await agentOf(era, 'admin');
      const [before] = await newest(1);
      const { customerId } = await demo.as('customer').users.me.query();
      await agent.call('customers_deactivate', { id: customerId });
      await agent.call('customers_reactivate', { id: customerId });
      const items = await newest(3);
      expect(items.map(({ tool, ok }) => [tool, ok]).slice(0, 2)).toEqual([
        ['customers_reactivate', true],
        ['customers_deactivate', true],
      ]);
      expect(items[2]?.id).toBe(before?.id);
    });

    it('has neither the query that fills a question, nor a call that the person declines', async () => {
      const { customerId } = await demo.as('customer').users.me.query();
      const [before] = await newest(1);
      const decline = () => ({ action: 'decline' }) as const;
      await using agent = await connectAgent('2026-07-28', `${demo.url}/mcp`, tokens.admin.token, decline);
      await expect(agent.call('customers_deactivate', { id: customerId })).rejects.toThrow('declined');
      expect((await newest(1))[0]?.id).toBe(before?.id);
      // Asked for by name, the same query is what the agent did.
      await agent.call('customers_get', { id: customerId });
      expect((await newest(1))[0]).toMatchObject({ tool: 'customers_get', ok: true });
      // The person is not asked about a customer who does not exist, so this is what came of the call.
      const nobody = '00000000-0000-4000-8000-000000000000';
      await expect(agent.call('customers_deactivate', { id: nobody })).rejects.toThrow('NOT_FOUND');
      const items = await newest(2);
      expect(items.map(({ tool, error }) => [tool, error])).toEqual([
        ['customers_deactivate', 'NOT_FOUND'],
        ['customers_get', null],
      ]);
    });

    it('has resources and prompts, and neither lists nor calls over tRPC', async () => {
      await using agent = await agentOf('2026-07-28', 'admin');
      const [before] = await newest(1);
      const { customerId } = await demo.as('customer').users.me.query();
      await agent.listTools();
      await agent.listResources();
      await agent.complete({ type: 'ref/prompt', name: 'weekly_report' }, 'country', 'No');
      await agent.read(`customers://${customerId}`);
      await agent.prompt('weekly_report');
      const items = await newest(3);
      expect(items.map(({ path }) => path).slice(0, 2)).toEqual(['reports.weekly', 'customers.get']);
      expect(items[2]?.id).toBe(before?.id);
    });

    it('is listed page by page, the newest first', async () => {
      await using agent = await agentOf('2026-07-28', 'customer');
      for (let n = 0; n < 5; n++) await agent.call('subscriptions_plans');
      const all = await newest(5);
      const { list } = demo.as('support').activity;
      const one = await list.query({ limit: 2 });
      const two = await list.query({ limit: 3, cursor: one.nextCursor! });
      expect([...one.items, ...two.items]).toEqual(all);
      const ids = all.map((item) => Number(item.id));
      expect(ids).toEqual(ids.toSorted((a, b) => b - a));
      const rest = await list.query({ limit: 200, cursor: two.nextCursor ?? undefined });
      expect(rest.nextCursor).toBe(null);
    });

    it('is watched live, and goes on after the last one that was seen', async () => {
      await using agent = await agentOf('2026-07-28', 'viewer');
      await agent.call('subscriptions_plans');
      const [last] = await newest(1);
      const ended = new AbortController();
      const seen: Activity[] = [];
      const watch = async (since: string | undefined, enough: number) => {
        for await (const item of watchActivity(demo.db, since, ended.signal)) {
          if (seen.push(item) === enough) return;
        }
      };
      const live = watch(last!.id, 2);
      await agent.call('customers_search', { query: jonas.email });
      await agent.call('customers_search', { query: aiko.email });
      await live;
      // Nobody watches now, and nothing is missed.
      await agent.call('posts_list');
      await watch(seen.at(-1)!.id, 3);
      expect(seen.map(({ tool }) => tool)).toEqual(['customers_search', 'customers_search', 'posts_list']);

      // Without a place, it begins with what comes next. A row of another node is seen when the watchers wake up.
      const fromNow = watchActivity(demo.db, undefined, ended.signal);
      const next = fromNow.next();
      // Reads its place before the row is there.
      await demo.db.select({ count: count() }).from(activity);
      const [other] = await demo.db
        .insert(activity)
        .values({ ...toRow(seen[0]!), tool: 'of_another_node' })
        .returning();
      wakeUpWatchers();
      expect((await next).value).toMatchObject({ id: String(other!.id), tool: 'of_another_node' });
      ended.abort();
      await expect(fromNow.next()).rejects.toThrow('abort');
    });

    it('never makes a call fail, and says in the log what it lost', async () => {
      await settleActivity(demo.db);
      const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
      try {
        await demo.db.execute('alter table activity rename to activity_away');
        await using agent = await agentOf('2026-07-28', 'viewer');
        expect(await agent.call<unknown[]>('subscriptions_plans')).toHaveLength(3);
        await settleActivity(demo.db);
        expect(logged.mock.calls.map(([text]) => text as unknown)).toEqual([
          'The activity log lost 1 calls:',
        ]);
      } finally {
        await demo.db.execute('alter table activity_away rename to activity');
        logged.mockRestore();
      }
    });

    it('keeps texts that PostgreSQL does not take as they are', async () => {
      await using agent = await agentOf('2026-07-28', 'viewer');
      await expect(agent.call('posts_get', { id: 'a\u0000b\ud83d' })).rejects.toThrow('BAD_REQUEST');
      const [item] = await newest(1);
      expect(item).toMatchObject({ tool: 'posts_get', arguments: { id: 'a\ufffdb\ufffd' }, ok: false });
    });

    it('is kept up to a number of calls, the newest', async () => {
      const call = {
        tool: { name: 'customers_get', path: 'customers.get' },
        client: undefined,
        era: 'modern',
      } as unknown as Parameters<typeof recordActivity>[1];
      const context = { db: demo.db, user: undefined, tokenSent: true };
      for (let n = 0; n < 2500; n++) {
        recordActivity(context, call, { at: new Date(), ms: n, error: null });
        if (n % 500 === 499) await settleActivity(demo.db);
      }
      expect(await demo.db.$count(activity)).toBe(2000);
      const items = await newest(200);
      expect(items.map(({ ms }) => ms)).toEqual(Array.from({ length: 200 }, (_, n) => 2499 - n));
      expect(items[0]).toMatchObject({
        person: { name: 'somebody unknown', role: 'none' },
        client: 'an unnamed client',
      });
    });

    it.each(roles.filter((role) => role === 'customer'))(
      'is for the staff only, not for %s',
      async (role) => {
        await expectRefusal(demo.as(role).activity.list.query({}), 'FORBIDDEN', 'This needs the role viewer');
      },
    );
  });
});

function toRow({ at, person, client, era, tool, path, ms }: Activity) {
  return { at, ...person, client, era, tool, path, ms };
}

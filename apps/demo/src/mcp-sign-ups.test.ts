import { ilike } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, type Role } from '../test/demo.ts';
import { connectAgent, eras, type Progress } from '../test/mcp.ts';
import { toCursor } from './cursor.ts';
import { customers } from './db/schema.ts';
import { aiko, tokens } from './sample/cast.ts';

interface Watched {
  items: { id: string; email: string }[];
  lastEventId?: string;
  ended: string;
}

describe.each(eras)('sign-ups, with the client of %s', (era) => {
  describeDemo((demo) => {
    const agentOf = (role: Role) => connectAgent(era, `${demo.url}/mcp`, tokens[role].token);
    const people = (company: string, count: number) =>
      Array.from({ length: count }, (_, n) => ({
        name: `Newcomer ${n}`,
        email: `newcomer-${n}@${company}.example`,
        company,
        country: 'Iceland',
      }));
    const inDatabase = (company: string) =>
      demo.db.$count(customers, ilike(customers.email, `%@${company}.example`));

    it('by import tell how far they are, up to all of them', async () => {
      await using agent = await agentOf('support');
      const told: Progress[] = [];
      const rows = [...people('import', 120), { ...people('import', 1)[0]!, email: aiko.email }];
      const result = await agent.call('signUps_import', { rows }, (progress) => told.push(progress));
      expect(result).toEqual({ imported: 120, skipped: [aiko.email] });
      expect(await inDatabase('import')).toBe(120);
      expect(told.length).toBeGreaterThan(1);
      expect(told.map(({ progress }) => progress)).toEqual(
        told.map(({ progress }) => progress).toSorted((a, b) => a - b),
      );
      expect(told.at(-1)).toMatchObject({
        progress: 121,
        total: 121,
        message: '121 of 121 customers, 1 left out',
      });
    });

    it('by import add what is not there yet, also for a client that asks for no progress', async () => {
      await using agent = await agentOf('admin');
      const rows = people('again', 3);
      await expect(agent.call('signUps_import', { rows: rows.slice(0, 2) })).resolves.toMatchObject({
        imported: 2,
      });
      await expect(agent.call('signUps_import', { rows })).resolves.toEqual({
        imported: 1,
        skipped: rows.slice(0, 2).map(({ email }) => email),
      });
    });

    it('begin a trial of 14 days, and are refused where the address is taken', async () => {
      await using agent = await agentOf('support');
      const [person] = people('single', 1);
      const customer = await agent.call<{ signedUpAt: string; subscription: { trialEndsAt: string } }>(
        'signUps_add',
        { ...person, plan: 'team' },
      );
      expect(customer).toMatchObject({ ...person, subscription: { plan: 'team', status: 'trialing' } });
      const trial = Date.parse(customer.subscription.trialEndsAt) - Date.parse(customer.signedUpAt);
      expect(trial).toBe(14 * 86_400_000);
      await expect(agent.call('signUps_add', person)).rejects.toThrow('CONFLICT: Somebody is a customer');
    });

    it('are watched live: each is told as progress, up to the limit', async () => {
      await using agent = await agentOf('viewer');
      const told: Progress[] = [];
      const expected = people('live', 10).map(({ email }) => email);
      const add = async (email: string) => {
        const [person] = people('live', 1);
        await demo.as('support').signUps.add.mutate({ ...person!, email });
      };
      const watching = agent.call<Watched>('signUps_watch', {}, (progress) => told.push(progress));
      // Only sign-ups after it listens are reported, so the first sign-up is repeated until it is reported.
      let warmUp = 0;
      while (told.length === 0) {
        await add(`warm-up-${warmUp++}@live.example`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      for (const email of expected) await add(email);

      const { items, ended, lastEventId } = await watching;
      expect(ended).toBe('maxItems');
      expect(items.length).toBe(10);
      expect(told.map(({ progress }) => progress)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(told.map(({ message }) => JSON.parse(message!) as unknown)).toEqual(items);

      // A call that continues after the last item gets the later sign-ups, each once.
      await demo.as('support').signUps.import.mutate({ rows: people('more', 10) });
      const rest = await agent.call<Watched>('signUps_watch', { lastEventId });
      const emails = [...items, ...rest.items].map(({ email }) => email);
      const live = emails.filter((email) => expected.includes(email));
      expect(live).toEqual(expected);
      expect(new Set(emails).size).toBe(emails.length);
    });

    it('by import are missed by nobody who goes on with lastEventId', async () => {
      await using agent = await agentOf('viewer');
      const first = people('resume', 1)[0]!;
      const started = await demo.as('admin').signUps.add.mutate({ ...first, email: 'first@resume.example' });
      const since = toCursor({ at: started.signedUpAt, id: started.id });
      const rows = people('resume', 20);
      await demo.as('admin').signUps.import.mutate({ rows });
      const one = await agent.call<Watched>('signUps_watch', { lastEventId: since });
      const two = await agent.call<Watched>('signUps_watch', { lastEventId: one.lastEventId });
      expect([...one.items, ...two.items].map(({ email }) => email)).toEqual(rows.map(({ email }) => email));
      expect(one.ended).toBe('maxItems');
    });

    it.each(['signUps_add', 'signUps_import', 'signUps_watch'])(
      'are refused to the customer: %s',
      async (tool) => {
        await using agent = await agentOf('customer');
        const args =
          { signUps_add: people('no', 1)[0]!, signUps_import: { rows: people('no', 1) } }[tool] ?? {};
        await expect(agent.call(tool, args)).rejects.toThrow('FORBIDDEN: ');
        expect(await inDatabase('no')).toBe(0);
      },
    );
  });
});

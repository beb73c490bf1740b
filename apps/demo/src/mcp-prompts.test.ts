import { and, eq, gte, lt } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, type Role } from '../test/demo.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import { customers, invoices } from './db/schema.ts';
import { tokens } from './sample/cast.ts';

const week = 7 * 86_400_000;
const report = { type: 'ref/prompt', name: 'weekly_report' } as const;

describe.each(eras)('the weekly report, with the client of %s', (era) => {
  describeDemo((demo) => {
    const agentOf = (role: Role) => connectAgent(era, `${demo.url}/mcp`, tokens[role].token);

    it('is listed with its arguments', async () => {
      await using agent = await agentOf('viewer');
      await expect(agent.listPrompts()).resolves.toMatchObject([
        {
          name: 'weekly_report',
          title: 'Weekly report',
          arguments: [
            { name: 'week', required: false, description: expect.any(String) },
            { name: 'country', required: false, description: expect.any(String) },
          ],
        },
      ]);
    });

    it('has the figures of the last whole week, as counting by hand gives them', async () => {
      await using agent = await agentOf('viewer');
      const text = await agent.prompt('weekly_report');
      const [, from = '', to = ''] = /from (\S+) to (\S+)\./.exec(text) ?? [];
      const monday = new Date(from);
      expect(monday.getUTCDay()).toBe(1);
      expect(Date.parse(to) - monday.getTime()).toBe(week - 86_400_000);
      const countFrom = (start: number) =>
        demo.db.$count(
          customers,
          and(gte(customers.signedUpAt, new Date(start)), lt(customers.signedUpAt, new Date(start + week))),
        );
      const signUps = await countFrom(monday.getTime());
      const before = await countFrom(monday.getTime() - week);
      expect(text).toContain(`Sign-ups: ${signUps}, after ${before} in`);
      const overdue = await demo.db.select().from(invoices).where(eq(invoices.status, 'overdue'));
      const dollars = overdue.reduce((total, { amountCents }) => total + amountCents, 0) / 100;
      expect(text).toContain(`Invoices overdue today: ${overdue.length}, together $${dollars.toFixed(2)}`);
    });

    it('takes its arguments as text: the running week, one country', async () => {
      await using agent = await agentOf('support');
      const text = await agent.prompt('weekly_report', { week: 'running', country: 'Japan' });
      expect(text).toMatch(/^Write the weekly report on our customers in Japan, .* to today, /);
    });

    it('completes the week by itself, and the country out of the database', async () => {
      await using agent = await agentOf('viewer');
      await expect(agent.complete(report, 'week', '')).resolves.toEqual(['last', 'running']);
      await expect(agent.complete(report, 'week', 'r')).resolves.toEqual(['running']);
      const countries = await agent.complete(report, 'country', 'j');
      expect(countries).toContain('Japan');
      for (const country of countries) expect(country).toMatch(/^J/);
    });

    it('is refused to customers, and so are its completions', async () => {
      await using agent = await agentOf('customer');
      await expect(agent.prompt('weekly_report')).rejects.toMatchObject({ status: 403 });
      await expect(agent.complete(report, 'country', 'j')).rejects.toMatchObject({ status: 403 });
    });

    it('says what is wrong with an argument', async () => {
      await using agent = await agentOf('viewer');
      await expect(agent.prompt('weekly_report', { week: 'next' })).rejects.toMatchObject({
        code: -32_602,
        message: expect.stringContaining('week'),
      });
    });
  });
});

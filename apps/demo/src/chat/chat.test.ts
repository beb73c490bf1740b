import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { openChat } from '../../test/chat.ts';
import { describeDemo, type Demo } from '../../test/demo.ts';
import { settleActivity } from '../activity.ts';
import { customers, users } from '../db/schema.ts';
import { aiko, articles, jonas, staff, tokens } from '../sample/cast.ts';

describe('the chat', () => {
  describeDemo((demo) => {
    it('is a page for those who are signed in, and sends others to the login and back', async () => {
      const refused = await fetch(`${demo.url}/chat`, { redirect: 'manual' });
      expect([refused.status, refused.headers.get('location')]).toEqual([303, '/login?returnTo=/chat']);
      const { cookie } = await openChat(demo.url, 'viewer');
      const page = await fetch(`${demo.url}/chat`, { headers: { cookie } });
      expect(page.status).toBe(200);
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
      expect(page.headers.get('cache-control')).toBe('no-cache');
      const html = await page.text();
      expect(html).toContain('<title>Chat – Back office</title>');
      // Nothing that the policy would refuse.
      expect(html).not.toMatch(/<style|style=|<script(?![^>]* src=)|https?:/);
    });

    it('says who is signed in, and nothing of the model when it is the script', async () => {
      const { cookie } = await openChat(demo.url, 'support');
      const response = await fetch(`${demo.url}/chat/session`, { headers: { cookie } });
      expect(response.headers.get('cache-control')).toBe('no-store');
      const { id } = await demo.as('support').users.me.query();
      expect(await response.json()).toEqual({
        person: { id, name: staff.support.name, role: 'support' },
      });
    });

    it('renames a post: the script finds it, and renames it with the id that it found', async () => {
      const mara = await openChat(demo.url, 'customer');
      const answer = await mara.say(
        `Can you rename my post '${articles.byMara}' to 'Invoices that file themselves'?`,
      );
      expect(answer).toMatchObject({
        calls: ['posts_list done', 'posts_rename done'],
        text: `Done: “${articles.byMara}” is now called “Invoices that file themselves”.`,
        outputs: [{ items: [{ title: articles.byMara }] }, { title: 'Invoices that file themselves' }],
      });
      expect(await titlesBy(demo, tokens.customer.name)).toContain('Invoices that file themselves');
      await mara.say(`Rename my post Invoices that file themselves to ${articles.byMara}.`);
      expect(await titlesBy(demo, tokens.customer.name)).toContain(articles.byMara);
    });

    it('refuses in the words of the app: whose post it is', async () => {
      const tom = await openChat(demo.url, 'support');
      const words = `"${articles.byMara}" is by ${tokens.customer.name}: only its author or an admin can rename it.`;
      const answer = await tom.say(`Rename the post '${articles.byMara}' to 'Tidy invoices'`);
      expect(answer).toMatchObject({ calls: ['posts_list done', 'posts_rename refused'] });
      expect(answer.refusals).toEqual([expect.stringContaining(words)]);
      expect(answer.text).toContain(words);
      expect(await titlesBy(demo, tokens.customer.name)).toContain(articles.byMara);
    });

    it('says what a viewer may do where there is no tool for them', async () => {
      const priya = await openChat(demo.url, 'viewer');
      const answer = await priya.say(`Deactivate ${jonas.email}.`);
      expect(answer.calls).toEqual(['whoami done']);
      expect(answer.text).toBe(
        `I have no tool to deactivate an account for you: ${staff.viewer.name} is signed in as viewer. ` +
          'What that role may do: Reads everything, changes nothing.',
      );
      expect((await customer(demo)).status).toBe('active');
    });

    it('asks for consent with the question of the app, and closes the account on a yes alone', async () => {
      const ines = await openChat(demo.url, 'admin');
      const asked = await ines.say(`Deactivate ${jonas.email}.`);
      expect(asked).toMatchObject({
        calls: ['customers_search done', 'customers_deactivate asked'],
        question: expect.stringContaining(
          `Deactivate "${jonas.name}" of "${jonas.company}"? Its people can no longer sign in.`,
        ),
        text: '',
      });
      expect((await customer(demo)).status).toBe('active');

      const denied = await ines.decide(false);
      expect(denied).toMatchObject({
        calls: ['customers_search done', 'customers_deactivate denied'],
        text: 'You said no, so nothing was changed.',
      });
      expect((await customer(demo)).status).toBe('active');

      await ines.say(`Deactivate ${jonas.email}.`);
      const done = await ines.decide(true);
      expect(done).toMatchObject({
        calls: ['customers_search done', 'customers_deactivate done'],
        text: `Done: the account of “${jonas.name}” of “${jonas.company}” is deactivated.`,
      });
      expect((await customer(demo)).status).toBe('deactivated');
      expect((await ines.say(`Reopen the account of ${jonas.email}`)).text).toContain('is active');
    });

    it('goes on after a question that nobody answered', async () => {
      const ines = await openChat(demo.url, 'admin');
      await ines.say(`Deactivate ${jonas.email}.`);
      expect((await ines.say('Who am I?')).text).toContain(staff.admin.name);
      expect((await customer(demo)).status).toBe('active');
    });

    it('counts sign-ups with what the tool returned', async () => {
      const priya = await openChat(demo.url, 'viewer');
      const answer = await priya.say('How many new users did we get, week over week?');
      const weeks = await demo.as('viewer').reports.signUps.query({ weeks: 12 });
      expect(answer.outputs).toEqual([JSON.parse(JSON.stringify(weeks))]);
      expect(answer.text).toContain(`The last whole week had ${weeks.at(-2)!.signUps} sign-up`);
    });

    it('records each call as one of the person, with its arguments', async () => {
      const tom = await openChat(demo.url, 'support');
      await tom.say(`Extend ${aiko.name}'s trial by 3 days.`);
      await settleActivity(demo.db);
      const { items } = await demo.as('viewer').activity.list.query({ limit: 2 });
      expect(items).toMatchObject([
        { tool: 'subscriptions_extendTrial', arguments: { by: 3, unit: 'days' } },
        { tool: 'customers_search', arguments: { query: aiko.name } },
      ]);
      for (const item of items)
        expect(item).toMatchObject({ person: { name: staff.support.name }, client: 'chat', ok: true });
    });

    it('has no tools for somebody whose account is closed', async () => {
      const mara = await openChat(demo.url, 'customer');
      const close = (status: 'active' | 'deactivated') =>
        demo.db.update(customers).set({ status }).where(eq(customers.email, tokens.customer.email));
      await close('deactivated');
      try {
        const answer = await mara.say(`Rename my post '${articles.byMara}' to 'Later'`);
        expect(answer).toMatchObject({
          calls: [],
          text: expect.stringContaining('I have no tools for you.'),
        });
      } finally {
        await close('active');
      }
    });

    it('does nothing on a yes of somebody who has lost the role since the question', async () => {
      const ines = await openChat(demo.url, 'admin');
      await ines.say(`Deactivate ${jonas.email}.`);
      const become = (role: 'admin' | 'viewer') =>
        demo.db.update(users).set({ role }).where(eq(users.email, staff.admin.email));
      await become('viewer');
      try {
        await expect(ines.decide(true)).rejects.toThrow('does not fit the tools that you have');
        expect((await customer(demo)).status).toBe('active');
      } finally {
        await become('admin');
      }
    });
  });
});

async function customer({ db }: Demo) {
  const [row] = await db.select().from(customers).where(eq(customers.email, jonas.email));
  return row!;
}

async function titlesBy({ as }: Demo, author: string): Promise<string[]> {
  const { items } = await as('admin').posts.list.query({ author });
  return items.map(({ title }) => title);
}

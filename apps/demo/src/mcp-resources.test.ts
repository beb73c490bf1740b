import { and, eq, ne } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { describeDemo, type Role } from '../test/demo.ts';
import { connectAgent, eras, type Agent, type ListedResource } from '../test/mcp.ts';
import { CsvFile } from './csv.ts';
import { customers, invoices, posts } from './db/schema.ts';
import { aiko, articles, jonas, mara, tokens } from './sample/cast.ts';

const customerTemplate = { type: 'ref/resource', uri: 'customers://{id}' } as const;
const skillUris = ['skill://churn-report/SKILL.md', 'skill://close-account/SKILL.md'];
const postTemplate = { type: 'ref/resource', uri: 'posts://{id}' } as const;

describe.each(eras)('what an agent with the client of %s can read', (era) => {
  describeDemo((demo) => {
    const agentOf = (role: Role) => connectAgent(era, `${demo.url}/mcp`, tokens[role].token);
    const customerOf = async ({ email }: { email: string }) => {
      const [row] = await demo.db.select().from(customers).where(eq(customers.email, email));
      return row!;
    };
    const postOf = async (title: string) => {
      const [row] = await demo.db.select().from(posts).where(eq(posts.title, title));
      return row!;
    };

    it('is told as templates, each with the type of what it gives', async () => {
      await using agent = await agentOf('viewer');
      const templates = await agent.listTemplates();
      expect(Object.fromEntries(templates.map((one) => [one.uriTemplate, one.mimeType]))).toEqual({
        'customers://{id}': undefined,
        'exports://invoices/{month}.csv': 'text/csv',
        'posts://{id}': 'text/markdown',
      });
    });

    it('is listed page by page, the chart, the skills, every customer and every post once', async () => {
      await using agent = await agentOf('viewer');
      const { pages, listed } = await listAll(agent);
      // The client of 2026 reads all pages itself.
      if (era === '2025-11-25') expect(pages).toBeGreaterThan(5);
      const everybody = await demo.db.select({ id: customers.id }).from(customers);
      const everything = await demo.db.select({ id: posts.id }).from(posts);
      expect(listed.map(({ uri }) => uri).toSorted()).toEqual(
        [
          'ui://back-office/sign-ups',
          ...skillUris,
          ...everybody.map(({ id }) => `customers://${id}`),
          ...everything.map(({ id }) => `posts://${id}`),
        ].toSorted(),
      );
      const { id } = await customerOf(aiko);
      expect(listed.find(({ uri }) => uri === `customers://${id}`)).toMatchObject({
        name: aiko.name,
        description: `${aiko.company}, ${aiko.country}: team, trialing`,
      });
      const post = await postOf(articles.byTom);
      expect(listed.find(({ uri }) => uri === `posts://${post.id}`)).toMatchObject({
        title: articles.byTom,
        mimeType: 'text/markdown',
      });
    });

    it('is for a customer her own account, and the posts that she may see', async () => {
      await using agent = await agentOf('customer');
      const { listed } = await listAll(agent);
      const own = await customerOf(mara);
      const accounts = listed.filter(({ uri }) => uri.startsWith('customers:'));
      expect(accounts).toMatchObject([{ uri: `customers://${own.id}`, name: mara.name }]);
      const { authorId } = await postOf(articles.byMara);
      const [draft] = await demo.db
        .select()
        .from(posts)
        .where(and(eq(posts.status, 'draft'), ne(posts.authorId, authorId)));
      expect(listed.map(({ uri }) => uri)).not.toContain(`posts://${draft!.id}`);

      const other = await customerOf(jonas);
      await expect(agent.read(`customers://${other.id}`)).rejects.toMatchObject({ status: 403 });
      await expect(agent.read(`posts://${draft!.id}`)).rejects.toMatchObject({ code: -32_602 });
    });

    it('are a customer as JSON and a post as Markdown, as tRPC has them', async () => {
      await using agent = await agentOf('viewer');
      const { id } = await customerOf(aiko);
      const customer = await agent.read(`customers://${id}`);
      expect(customer).toMatchObject({ uri: `customers://${id}`, mimeType: 'application/json' });
      const overTrpc = await demo.as('viewer').customers.get.query({ id });
      expect(JSON.parse(customer.text!)).toEqual(JSON.parse(JSON.stringify(overTrpc)));

      const post = await postOf(articles.byTom);
      await expect(agent.read(`posts://${post.id}`)).resolves.toEqual({
        uri: `posts://${post.id}`,
        mimeType: 'text/markdown',
        text: post.body,
      });
    });

    it.each(['customers://00000000-0000-4000-8000-000000000000', 'customers://nobody', 'nothing://here'])(
      'is not %s',
      async (uri) => {
        await using agent = await agentOf('viewer');
        await expect(agent.read(uri)).rejects.toMatchObject({ code: -32_602 });
      },
    );

    it('is nothing without a token', async () => {
      const connecting = connectAgent(era, `${demo.url}/mcp`, 'demo-nobody');
      await expect(connecting).rejects.toMatchObject({ status: 401 });
    });

    it('is found by what somebody types: a name, a title, or the beginning of an id', async () => {
      await using agent = await agentOf('viewer');
      const { id } = await customerOf(aiko);
      await expect(agent.complete(customerTemplate, 'id', 'aiko tan')).resolves.toEqual([id]);
      await expect(agent.complete(customerTemplate, 'id', id.slice(0, 12))).resolves.toEqual([id]);
      await expect(agent.complete(customerTemplate, 'id', 'nobody is called this')).resolves.toEqual([]);
      await expect(agent.complete(customerTemplate, 'id', '')).resolves.toHaveLength(100);
      const post = await postOf(articles.byTom);
      await expect(agent.complete(postTemplate, 'id', articles.byTom)).resolves.toEqual([post.id]);
    });

    it('is completed for a customer with her own account only', async () => {
      await using agent = await agentOf('customer');
      const { id } = await customerOf(mara);
      await expect(agent.complete(customerTemplate, 'id', '')).resolves.toEqual([id]);
      await expect(agent.complete(customerTemplate, 'id', 'aiko')).resolves.toEqual([]);
    });

    describe('as a file, the invoices of a month', () => {
      const template = { type: 'ref/resource', uri: 'exports://invoices/{month}.csv' } as const;

      it('are CSV, for staff those of everybody', async () => {
        await using agent = await agentOf('viewer');
        const months = await agent.complete(template, 'month', '20');
        const month = months[1]!;
        const { text, lines } = readCsv(await agent.read(`exports://invoices/${month}.csv`));
        expect(lines[0]).toBe('number,customer,email,status,amount_cents,issued_at,due_at,paid_at');
        const issued = (await demo.db.select().from(invoices)).filter(({ issuedAt }) =>
          issuedAt.toISOString().startsWith(month),
        );
        expect(new Set(lines.slice(1).map((line) => line.split(',')[0]))).toEqual(
          new Set(issued.map(({ number }) => number)),
        );
        expect(lines.length).toBe(issued.length + 1);

        // A file of that size is linked, and read where the link leads.
        const [told, link] = await agent.content('invoices_export', { month });
        expect(told).toMatchObject({
          type: 'text',
          text: expect.stringContaining(`exports://invoices/${month}.csv`),
        });
        expect(link).toMatchObject({
          type: 'resource_link',
          uri: `exports://invoices/${month}.csv`,
          mimeType: 'text/csv',
          size: Buffer.byteLength(text),
        });
      });

      it('are for a customer her own', async () => {
        await using agent = await agentOf('customer');
        const [month] = await agent.complete(template, 'month', '');
        const { lines } = readCsv(await agent.read(`exports://invoices/${month}.csv`));
        expect(lines.length).toBeGreaterThan(1);
        for (const line of lines.slice(1)) expect(line).toContain(mara.email);
      });

      it('go over tRPC as a file too', async () => {
        const file = await demo.as('customer').invoices.export.query({ month: '2026-01' });
        expect(file).toBeInstanceOf(CsvFile);
        expect(file.name).toBe('invoices-2026-01.csv');
        await expect(file.text()).resolves.toMatch(/^number,customer,/);
      });

      it('are not those of a month that is none', async () => {
        await using agent = await agentOf('viewer');
        await expect(agent.read('exports://invoices/2026-13.csv')).rejects.toThrow('a month such as 2026-01');
      });
    });
  });
});

async function listAll(agent: Agent): Promise<{ pages: number; listed: ListedResource[] }> {
  const listed: ListedResource[] = [];
  let pages = 0;
  let cursor: string | undefined;
  do {
    const page = await agent.listResources(cursor);
    listed.push(...page.resources);
    cursor = page.nextCursor;
    pages++;
  } while (cursor !== undefined);
  return { pages, listed };
}

function readCsv({ mimeType, blob }: { mimeType?: string | undefined; blob?: string }) {
  expect(mimeType).toBe('text/csv');
  const text = Buffer.from(blob!, 'base64').toString();
  return { text, lines: text.trimEnd().split('\r\n') };
}

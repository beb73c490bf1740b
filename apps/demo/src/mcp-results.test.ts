import { describe, expect, it } from 'vitest';
import { describeDemo } from '../test/demo.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import { invoices } from './db/schema.ts';
import { tokens } from './sample/cast.ts';

interface Totals {
  count: number;
  amountCents: number;
  byStatus: { status: string; count: number; amountCents: number }[];
}

interface InvoicePage {
  items: { id: string }[];
  nextCursor?: string | null;
}

/** Tokens as the package estimates them. */
const tokensOf = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);

describe.each(eras)('results, with the client of %s', (era) => {
  describeDemo((demo) => {
    it('the sum over last month’s invoices takes fewer than 3,000 tokens, the list of tools included', async () => {
      await using agent = await connectAgent(era, `${demo.url}/mcp`, tokens.admin.token);
      const now = new Date();
      const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1)).toISOString().slice(0, 7);
      const tools = await agent.listTools();
      const seen = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
      const totals = await agent.call<Totals>('invoices_totals', { month });
      expect(tokensOf(seen) + tokensOf(totals)).toBeLessThan(3000);
      const all = await demo.db.select().from(invoices);
      const issued = all.filter(({ issuedAt }) => issuedAt.toISOString().startsWith(month));
      const sum = issued.reduce((total, { amountCents }) => total + amountCents, 0);
      expect(totals).toMatchObject({ count: issued.length, amountCents: sum });
      expect(sum).toBeGreaterThan(0);
      expect(totals.byStatus.reduce((total, each) => total + each.amountCents, 0)).toBe(sum);
    });

    it('a page that is too long says how to go on, and no invoice is missed or seen twice', async () => {
      await using agent = await connectAgent(era, `${demo.url}/mcp`, tokens.admin.token);
      const args = { limit: 100, issuedFrom: new Date(Date.now() - 20 * 86_400_000).toISOString() };
      const texts = (await agent.content('invoices_list', args)) as { text: string }[];
      expect(texts.map(({ text }) => text).join('').length).toBeLessThanOrEqual(16_000);
      expect(texts[1]!.text).toMatch(
        /^Showing (\d+) of 100 rows of items\. Call again with limit \1, then follow nextCursor/,
      );
      const seen: string[] = [];
      let limit = args.limit;
      let cursor: string | null | undefined;
      do {
        const asked = { ...args, limit, ...(cursor && { cursor }) };
        const [rows, note] = (await agent.content('invoices_list', asked)) as { text: string }[];
        const smaller = /Call again with limit (\d+)/.exec(note?.text ?? '');
        if (smaller) {
          limit = Number(smaller[1]);
          continue;
        }
        const page = JSON.parse(rows!.text) as InvoicePage;
        seen.push(...page.items.map(({ id }) => id));
        cursor = page.nextCursor;
      } while (cursor !== null);
      const since = new Date(args.issuedFrom);
      const issued = (await demo.db.select().from(invoices)).filter(({ issuedAt }) => issuedAt >= since);
      expect(issued.length).toBeGreaterThan(100);
      expect(new Set(seen).size).toBe(seen.length);
      expect(seen.length).toBe(issued.length);
    });
  });
});

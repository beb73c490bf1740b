import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal } from '../test/demo.ts';
import { connectAgent, eras } from '../test/mcp.ts';
import { encodeCursor } from './cursor.ts';
import { tokens } from './sample/cast.ts';

const text = 'No\u0000rway';
const id = '00000000-0000-4000-8000-000000000000';
const newcomer = { name: 'New Comer', email: 'nul@comer.example', company: 'Comer', country: 'Norway' };

describe('a text with the character U+0000, which PostgreSQL does not keep', () => {
  describeDemo((demo) => {
    it('is refused in every input, before a query fails', async () => {
      const { customers, invoices, posts, reports, signUps, activity } = demo.as('admin');
      const calls = {
        'a search of customers': () => customers.search.query({ query: text }),
        'the country of customers': () => customers.search.query({ country: text }),
        'the cursor of customers': () =>
          customers.search.query({ cursor: encodeCursor(['name', true, text, id]) }),
        'the cursor of a list': () => customers.list.query({ cursor: encodeCursor([0, text]) }),
        'the id of a customer': () => customers.get.query({ id: text }),
        'the beginning of an id': () => customers.completeId.query({ value: text }),
        'the beginning of a country': () => customers.countries.query({ value: text }),
        'a month': () => invoices.totals.query({ month: text }),
        'the beginning of a month': () => invoices.months.query({ value: text }),
        'a search of posts': () => posts.list.query({ search: text }),
        'the author of posts': () => posts.list.query({ author: text }),
        'the beginning of the id of a post': () => posts.completeId.query({ value: text }),
        'the title of a post': () => posts.rename.mutate({ id, title: text }),
        'the country of a report': () => reports.weekly.query({ country: text }),
        'the name of a customer': () => signUps.add.mutate({ ...newcomer, name: text }),
        'the address of a customer': () =>
          signUps.add.mutate({ ...newcomer, email: `${text}@comer.example` }),
        'the company of a customer': () => signUps.import.mutate({ rows: [{ ...newcomer, company: text }] }),
        'the country of a new customer': () => signUps.add.mutate({ ...newcomer, country: text }),
        'the cursor of the activity log': () => activity.list.query({ cursor: text }),
      };
      for (const [what, call] of Object.entries(calls)) {
        await expect(call(), what).rejects.toMatchObject({ data: { code: 'BAD_REQUEST' } });
      }
      await expectRefusal(calls['a search of posts'](), 'BAD_REQUEST', 'must not have the character U+0000');
    });

    it.each(eras)(
      'is refused to a model in words, and completes nothing, with the client of %s',
      async (era) => {
        await using agent = await connectAgent(era, `${demo.url}/mcp`, tokens.admin.token);
        await expect(agent.call('customers_search', { query: text })).rejects.toThrow(
          /BAD_REQUEST: .*must not have the character U\+0000/s,
        );
        const prompt = { type: 'ref/prompt', name: 'weekly_report' } as const;
        await expect(agent.complete(prompt, 'country', text)).rejects.toThrow('U+0000');
      },
    );
  });
});

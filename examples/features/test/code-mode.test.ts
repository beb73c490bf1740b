import { start } from 'example-testing/server';
import { describe, expect, test } from 'vitest';
import { handler, limited } from '../code-mode.ts';
import { connect, revisions } from './clients.ts';

describe.each(revisions)('a client of %s', (revision) => {
  test('finds functions, and calls them from one program', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { tools } = await client.any.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['run_code', 'search_api']);
    const found = await client.call('search_api', { query: 'invoices' });
    expect(found.text).toBe(`declare const api: {
  invoices: {
    /** Removes an invoice. A person is asked before it runs. */
    remove: { mutate(input: { id: string }): Promise<{ removed: string }> };
    /** Lists invoices, 25 on a page. */
    list: { query(input?: {
      page?: number; // >= 1; default 1
    }): Promise<{
      items: { id: string; customer: string; cents: number; paid: boolean }[];
      next: number | null;
    }> };
  };
};`);
    const code = `const open = {};
for (let page = 1; page; ) {
  const { items, next } = await api.invoices.list.query({ page });
  for (const { customer, cents, paid } of items)
    if (!paid) open[customer] = (open[customer] ?? 0) + cents;
  page = next;
}
return open;`;
    expect((await client.call('run_code', { code })).text).toBe('{"c1":280000,"c0":300000,"c2":320000}');
  });

  test('gets the list while there are few tools', async () => {
    await using server = await start(limited);
    await using client = await connect(revision, server.url);
    const { tools } = await client.any.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['invoices_list', 'invoices_remove']);
  });
});

import { describe, expect, test } from 'vitest';
import { start } from 'example-testing/server';
import { handler, handlerWithFind } from '../big-apps.ts';
import { connect, revisions } from './clients.ts';

const namesIn = ({ tools }: { tools: { name: string }[] }) => tools.map(({ name }) => name);

describe.each(revisions)('a client of %s', (revision) => {
  test('finds a tool by what it is for, reads its signature, and calls it', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    expect(namesIn(await client.any.listTools())).toEqual([
      'account_me',
      'describe_tools',
      'run_mutation',
      'run_query',
      'search_tools',
    ]);
    const found = await client.call('search_tools', { query: 'who owes us money' });
    expect(found.text.split('\n')[0]).toBe(
      'invoices_overdue (run_query): Lists invoices that were not paid in time, oldest first.',
    );
    const told = await client.call('describe_tools', { names: ['invoices_overdue'] });
    expect(told.text).toBe(`// Lists invoices that were not paid in time, oldest first.
invoices_overdue({
  before?: string, // date-time such as 2026-01-31T12:00:00Z. Only those that were due before
}): { items: { id: string, cents: number }[] }
// call it with run_query`);
    const calls = [{ name: 'invoices_overdue', arguments: {} }, { name: 'tickets_list' }];
    expect((await client.call('run_query', { calls })).structured).toEqual({
      results: [
        { name: 'invoices_overdue', result: { items: [{ id: 'i1', cents: 12_000 }] } },
        { name: 'tickets_list', result: { items: ['t1'] } },
      ],
    });
    const change = { name: 'invoices_remind', arguments: { id: 'i1' } };
    expect((await client.call('run_mutation', change)).structured).toEqual({ reminded: 'i1' });
    expect((await client.call('run_query', { calls: [change] })).text).toBe(
      'BAD_REQUEST: invoices_remind may change something; call it with run_mutation',
    );
  });

  test('chooses toolsets, and to read only', async () => {
    await using server = await start(handlerWithFind);
    await using client = await connect(revision, `${server.url}?toolsets=billing,account&readonly=1`);
    expect(namesIn(await client.any.listTools())).toEqual(['account_me', 'invoices_overdue']);
  });

  test('is answered by the search of the app', async () => {
    await using server = await start(handlerWithFind);
    await using client = await connect(revision, server.url);
    const { text } = await client.call('search_tools', { query: 'angry people' });
    expect(text).toContain('tickets_list (run_query)');
  });
});

test('a toolset that does not exist is refused in words', async () => {
  await using server = await start(handler);
  const answer = await fetch(`${server.url}?toolsets=biling`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    {
      error: {
        message:
          'there is no toolset "biling"; did you mean billing? the toolsets are: account, billing, tickets',
      },
    },
  ]);
});

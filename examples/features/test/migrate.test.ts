import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import { createMcpTestClient } from '@trpc-mcp/core/testing';
import { describe, expect, test } from 'vitest';
import { appRouter, handler } from '../migrate-django.ts';
import { createApp, createOldServer } from '../migrate-hand-written.ts';
import { migrated, unchanged } from '../migrate-trpc-to-mcp.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('an app that used trpc-to-mcp, for a client of %s', (revision) => {
  test.each([
    ['with its old meta', unchanged],
    ['with new meta', migrated],
  ])('has the same tools, %s', async (_, app) => {
    await using server = await start(app);
    await using client = await connect(revision, server.url, { headers: { 'x-user': 'ada' } });
    const { tools } = await client.any.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['orders_list', 'send_order']);
    // trpc-to-mcp gives the procedure the text, which z.date() refuses.
    const day = '2026-01-31T09:00:00Z';
    expect((await client.call('orders_list', { day })).text).toBe('Orders of ada on 2026-01-31');
  });

  test('formats a result with toContent', async () => {
    await using server = await start(migrated);
    await using client = await connect(revision, server.url, { headers: { 'x-user': 'ada' } });
    expect((await client.call('send_order', { id: 7 })).text).toBe('Done: Order 7 is sent.');
  });

  test('gets the context of its own request', async () => {
    await using server = await start(migrated);
    await using stranger = await connect(revision, server.url);
    await expect(stranger.call('send_order', { id: 7 })).rejects.toThrow();
  });
});

describe.each(revisions)('a hand-written server, for a client of %s', (revision) => {
  test('and the procedures in its place give the same', async () => {
    const old = new Client({ name: 'test', version: '1.0.0' });
    const [near, far] = InMemoryTransport.createLinkedPair();
    await Promise.all([createOldServer().connect(far), old.connect(near)]);
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);

    const { tools: before } = await old.listTools();
    const { tools: now } = await client.any.listTools();
    const pick = ({ name, title, description, inputSchema, annotations }: (typeof before)[number]) => [
      [name, title, description, annotations?.readOnlyHint],
      [inputSchema.properties, inputSchema.required],
    ];
    const same = now.find(({ name }) => name === 'find_customer')!;
    expect(pick(same as (typeof before)[number])).toEqual(pick(before[0]!));
    expect(now.map(({ name }) => name)).toEqual(['customer_card', 'find_customer', 'version']);

    const { content } = await old.callTool({ name: 'find_customer', arguments: { id: 'c1' } });
    const [{ text } = { text: '' }] = content as { text: string }[];
    expect(JSON.parse((await client.call('find_customer', { id: 'c1' })).text)).toEqual(JSON.parse(text));
    const missing = await client.call('find_customer', { id: 'c7' });
    expect(missing.isError).toBe(true);
    expect(missing.text).toContain('NOT_FOUND: There is no customer c7.');
    await old.close();
  });

  test('may have ready-made content, and a tool without a procedure', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    expect((await client.call('customer_card', { id: 'c1' })).text).toBe('# Customer c1');
    expect((await client.call('version')).text).toBe('1.4.0');
  });
});

describe('an app as django-rest-framework-mcp makes it', () => {
  test('lists customers, and only active ones to agents', async () => {
    await using client = createMcpTestClient(appRouter, { ctx: { user: 'ada' } });
    expect(await client.unwrap.call('customers.list')).toEqual([{ id: 'c1', name: 'Alice', isActive: true }]);
    const caller = appRouter.createCaller({ user: 'ada' });
    expect(await caller.customers.list()).toHaveLength(2);
  });

  test('returns errors of tools as data', async () => {
    await using client = createMcpTestClient(appRouter, { ctx: { user: 'ada' } });
    const result = await client.call('customers.retrieve', { id: 'c9' });
    expect(result).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
  });

  test('updates a part, takes arrays, and says so when nothing is returned', async () => {
    await using client = createMcpTestClient(appRouter, { ctx: { user: 'ada' } });
    const changed = await client.unwrap.call('customers.partialUpdate', { id: 'c2', name: 'Robert' });
    expect(changed).toEqual({ id: 'c2', name: 'Robert', isActive: false });
    const input = [{ name: 'Carol' }, { name: 'Dave' }];
    expect(await client.unwrap.call('customers.bulkCreate', input)).toBe(2);
    expect(await client.unwrap.call('customers.bulkCreate', [])).toBe(0);
    const { names, text } = await listAndDestroy();
    expect(names).toContain('customers_bulkCreate');
    expect(text).toBe('Operation completed successfully');
  });

  test('answers 200 to a refusal, with the words that a model reads', async () => {
    const response = await post('tools/call', { name: 'customers_list', arguments: {} });
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { result: { isError: true, content: [{ text: expect.stringContaining('UNAUTHORIZED') }] } },
    ]);
  });
});

/** Calls as the holder of the endpoint's own token, who has no session. */
async function listAndDestroy() {
  const headers = { authorization: 'Bearer of-ada' };
  const list = await (await post('tools/list', {}, headers)).json();
  const params = { name: 'customers_destroy', arguments: { id: 'c2' } };
  const destroyed = await (await post('tools/call', params, headers)).json();
  return {
    names: (list as { result: { tools: { name: string }[] } }).result.tools.map(({ name }) => name),
    text: (destroyed as { result: { content: { text: string }[] } }).result.content[0]?.text,
  };
}

function post(method: string, params: object, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const all = { ...headers, 'content-type': 'application/json' };
  return handler(new Request('https://app.example.com/mcp', { method: 'POST', headers: all, body }));
}

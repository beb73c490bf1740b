import { once } from 'node:events';
import { EventEmitter } from 'node:events';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { describe, expect, test } from 'vitest';
import { createApp } from '../resources.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('the official client of %s', (revision) => {
  test('lists what there is to read, fixed and from the query that lists', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const uris: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await client.any.listResources(cursor === undefined ? {} : { cursor });
      uris.push(...page.resources.map(({ uri }) => uri));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(uris).toEqual(['docs://house-rules', 'customers://1', 'customers://2', 'customers://3']);
    const { resourceTemplates } = await client.any.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate).join()).toBe(
      'customers://{id},exports://{country}.csv',
    );
  });

  test('reads text, an object as JSON, and a file as a blob', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const read = async (uri: string) => (await client.any.readResource({ uri })).contents;
    expect(await read('docs://house-rules')).toEqual([
      {
        uri: 'docs://house-rules',
        mimeType: 'text/markdown',
        text: '# House rules\n\nNever promise a refund.',
      },
    ]);
    expect(await read('customers://3')).toEqual([
      {
        uri: 'customers://3',
        mimeType: 'application/json',
        text: JSON.stringify({ id: 3, name: 'Cleo', country: 'Norway' }),
      },
    ]);
    expect(await read('exports://Norway.csv')).toEqual([
      {
        uri: 'exports://Norway.csv',
        mimeType: 'text/csv',
        blob: Buffer.from('id,name\r\n1,Ada\r\n3,Cleo').toString('base64'),
      },
    ]);
    expect((await client.call('customers_get', { id: 2 })).structured).toMatchObject({ country: 'Japan' });
  });

  test.each([
    ['customers://9', 'NOT_FOUND: No customer has the id 9.'],
    ['customers://nobody', 'BAD_REQUEST'],
    ['nothing://here', 'Resource not found: nothing://here'],
  ])('is told that there is no %s', async (uri, message) => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    await expect(client.any.readResource({ uri })).rejects.toMatchObject({
      code: -32_602,
      message: expect.stringContaining(message),
      data: expect.objectContaining({ uri }),
    });
  });

  test('completes variables, by a query or out of their enum', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const complete = async (uri: string, name: string, value: string) => {
      const ref = { type: 'ref/resource', uri } as const;
      return (await client.any.complete({ ref, argument: { name, value } })).completion.values;
    };
    expect(await complete('customers://{id}', 'id', '')).toEqual(['1', '2', '3']);
    expect(await complete('customers://{id}', 'id', '2')).toEqual(['2']);
    expect(await complete('exports://{country}.csv', 'country', 'n')).toEqual(['Norway']);
  });
});

test('a client of 2026 that listens hears of a change', async () => {
  await using server = await start(createApp());
  await using client = await connect('2026-07-28', server.url);
  const heard = new EventEmitter();
  client.modern!.setNotificationHandler('notifications/resources/updated', ({ params }) => {
    heard.emit('update', params.uri);
  });
  const subscription = await client.modern!.listen({ resourceSubscriptions: ['customers://2'] });
  const update = once(heard, 'update');
  await client.call('customers_rename', { id: 2, name: 'Benjamin' });
  expect(await update).toEqual(['customers://2']);
  await subscription.close();
});

test('a client of 2025 hears of a change with sessions; without, it may subscribe and hears of none', async () => {
  for (const legacy of ['sessions', 'stateless'] as const) {
    await using server = await start(createApp(legacy));
    await using client = await connect('2025-11-25', server.url);
    const heard: string[] = [];
    const update = new Promise<void>((resolve) => {
      client.legacy!.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => {
        heard.push(params.uri);
        resolve();
      });
    });
    await client.legacy!.subscribeResource({ uri: 'customers://3' });
    await client.call('customers_rename', { id: 3, name: 'Cleopatra' });
    if (legacy === 'sessions') await update;
    expect(heard).toEqual(legacy === 'sessions' ? ['customers://3'] : []);
  }
});

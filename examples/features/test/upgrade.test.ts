import { describe, expect, test } from 'vitest';
import { asBefore, now } from '../upgrade.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('a client of %s', (revision) => {
  test('is refused arguments that the schema does not know, as long as they do not pass', async () => {
    const args = { year: 2026, country: 'eu' };
    await using server = await start(now);
    await using client = await connect(revision, server.url);
    expect((await client.call('sales', args)).text).toContain('country: unknown');
    await using older = await start(asBefore);
    await using olderClient = await connect(revision, older.url);
    expect((await olderClient.call('sales', args)).text).toBe('2026 were sold.');
  });

  test('gets structured content beside words only if it is always sent', async () => {
    await using server = await start(now);
    await using client = await connect(revision, server.url);
    expect((await client.call('sales', { year: 2026 })).structured).toBeUndefined();
    expect((await client.any.listTools()).tools[0]?.outputSchema).toBeUndefined();
    await using older = await start(asBefore);
    await using olderClient = await connect(revision, older.url);
    expect((await olderClient.call('sales', { year: 2026 })).structured).toEqual({ total: 2026 });
    expect((await olderClient.any.listTools()).tools[0]?.outputSchema).toMatchObject({ type: 'object' });
  });

  test('may fill an optional argument with null, as long as arguments are repaired', async () => {
    const args = { year: 2026, region: null };
    await using server = await start(now);
    await using client = await connect(revision, server.url);
    expect((await client.call('sales', args)).text).toBe('2026 were sold.');
    await using older = await start(asBefore);
    await using olderClient = await connect(revision, older.url);
    expect((await olderClient.call('sales', args)).isError).toBe(true);
  });
});

test('a browser gets a page, unless 405 is put in its place', async () => {
  const statusOf = async (app: typeof now) => {
    await using server = await start(app);
    return (await fetch(server.url, { headers: { accept: 'text/html' } })).status;
  };
  expect([await statusOf(now), await statusOf(asBefore)]).toEqual([200, 405]);
});

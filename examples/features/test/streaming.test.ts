import { beforeEach, describe, expect, test, vi } from 'vitest';
import { createApp, endings } from '../streaming.ts';
import { connect, revisions, type Revision } from './clients.ts';
import { start } from 'example-testing/server';

beforeEach(() => {
  endings.length = 0;
});

describe.each(revisions)('the official client of %s', (revision) => {
  test('is told how far an import is, where it asks for it', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const told: unknown[] = [];
    const rows = ['a', 'b', 'c'];
    const answer = await client.call('import', { rows }, { onprogress: (progress) => told.push(progress) });
    expect(answer.text).toContain('3');
    expect(told).toEqual([
      { progress: 1, total: 3, message: 'a is in' },
      { progress: 2, total: 3, message: 'b is in' },
      { progress: 3, total: 3, message: 'c is in' },
    ]);
    expect((await client.call('import', { rows })).isError).toBe(false);
  });

  test('gets what a generator yields as one list, and each value as progress', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const told: unknown[] = [];
    const { structured } = await client.call(
      'countdown',
      { from: 3 },
      { onprogress: ({ message }) => told.push(message) },
    );
    expect(structured).toEqual(revision === '2026-07-28' ? [3, 2, 1] : { result: [3, 2, 1] });
    expect(told).toEqual(['3', '2', '1']);
  });

  test('collects a subscription up to its limits, and goes on with lastEventId', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    for (const item of ['tea', 'cake', 'jam', 'milk']) await client.call('order', { item });
    const first = await client.call('watchOrders', { lastEventId: '0' });
    expect(first.structured).toMatchObject({ ended: 'maxItems', lastEventId: '3' });
    const second = await client.call('watchOrders', { lastEventId: '3' });
    expect(second.structured).toMatchObject({ ended: expect.stringMatching(/^max/) });
    const { items } = second.structured as { items: { id: number }[] };
    expect(items[0]).toMatchObject({ id: 4 });
    expect(endings).toEqual(['watchOrders', 'watchOrders']);
  });

  test('reads that a call took too long, which ended', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const { isError, text } = await client.call('search');
    expect(isError).toBe(true);
    expect(text).toContain('TIMEOUT: it took more than 200 ms');
    expect(endings).toEqual(['search']);
  });
});

test.each<[Revision, 'stateless' | 'sessions', boolean]>([
  ['2026-07-28', 'stateless', true],
  ['2025-11-25', 'sessions', true],
  ['2025-11-25', 'stateless', false],
])('a client of %s, %s, cancels a call: %s', async (revision, legacy, isCancelled) => {
  await using server = await start(createApp(legacy));
  await using client = await connect(revision, server.url);
  const controller = new AbortController();
  const call = client.call('think', {}, { signal: controller.signal });
  setTimeout(() => controller.abort(), 100);
  await expect(call).rejects.toThrow(/abort/i);
  if (isCancelled) await vi.waitFor(() => expect(endings).toEqual(['think']), 800);
  else {
    // The call runs to its end: the next call finds that nothing was aborted.
    await client.call('think');
    expect(endings).toEqual([]);
  }
});

import { start } from 'example-testing/server';
import { describe, expect, test } from 'vitest';
import { createApp, type Sinks } from '../on-call.ts';
import { connect, revisions } from './clients.ts';

const createSinks = (): Sinks => ({ rows: [], used: new Map() });
const headers = { 'x-user': 'ada' };

describe.each(revisions)('the calls of a client of %s', (revision) => {
  test('are rows, have no secrets, and end with the quota', async () => {
    const sinks = createSinks();
    await using server = await start(createApp(sinks));
    await using client = await connect(revision, server.url, { headers });
    const answers = [];
    for (const id of ['1', '2', '3', '4']) answers.push(await client.call('card', { id }));
    expect(answers.map(({ structured }) => structured)).toEqual([
      ...['1', '2', '3'].map((id) => ({ id, number: '***', since: '2026-01-31T00:00:00.000Z' })),
      undefined,
    ]);
    expect(answers[3]).toMatchObject({ isError: true, text: expect.stringContaining('3 calls a day') });
    const row = { at: expect.any(Date), user: 'ada', path: 'card', kind: 'tool', ms: expect.any(Number) };
    expect(sinks.rows).toEqual(
      [1, 2, 3, 4].map((id) => ({
        ...row,
        input: { id: String(id) },
        ended: id < 4 ? 'ok' : 'PAYMENT_REQUIRED',
      })),
    );
  });
});

test('a call that a person agrees to is one row and one call of the quota', async () => {
  const sinks = createSinks();
  await using server = await start(createApp(sinks));
  const answer = () => ({ action: 'accept' as const, content: {} });
  await using client = await connect('2026-07-28', server.url, { headers, answer });
  expect((await client.call('block', { id: '1' })).structured).toEqual({ blocked: '1' });
  expect(sinks.rows).toMatchObject([{ path: 'block', ended: 'ok' }]);
  expect([...sinks.used.values()]).toEqual([1]);
});

import { describe, expect, test } from 'vitest';
import { createApp } from '../errors.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('the official client of %s', (revision) => {
  const read = async (name: string, args = {}, headers: Record<string, string> = { 'x-user': 'ada' }) => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url, { headers });
    const { isError, text } = await client.call(name, args);
    expect(isError).toBe(true);
    return text;
  };

  test('reads what toError makes of an error class of the app', async () => {
    expect(await read('read', { id: 7 })).toContain('NOT_FOUND: There is no order 7\n');
    expect(await read('pay')).toContain('CONFLICT: This order is paid already.');
    expect(await read('pay', {}, {})).toContain('CONFLICT: pay needs a session.');
  });

  test('reads the message that the formatter wrote', async () => {
    expect(await read('buy')).toBe('INTERNAL_SERVER_ERROR: Only 3 are left.');
  });

  test('reads nothing of other errors', async () => {
    const masked = 'INTERNAL_SERVER_ERROR: something went wrong inside the app (reference ';
    expect(await read('list')).toContain(masked);
    const text = await read('save');
    expect(text).toContain(
      "CONFLICT: this contradicts the current state, which somebody may have changed meanwhile; the app's message is withheld, because it may come from inside; see docs/errors.md",
    );
    expect(text).not.toContain('duplicate key');
  });
});

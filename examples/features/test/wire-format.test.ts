import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createApp } from '../wire-format.ts';
import { connect, revisions } from './clients.ts';
import { start } from 'example-testing/server';

describe.each(revisions)('the official client of %s', (revision) => {
  test('sends and gets the classes of the app as their codecs say', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const { isError, text } = await client.call('discount', { price: '20 EUR', off: '25%' });
    expect(text).toContain('15.00 EUR');
    expect(isError).toBe(false);
  });

  test('is told what does not fit the schema of a codec', async () => {
    await using server = await start(createApp());
    await using client = await connect(revision, server.url);
    const { isError, text } = await client.call('discount', { price: 'much', off: '25%' });
    expect(isError).toBe(true);
    expect(text).toContain('price: ');
  });
});

test('docs/wire-format.md shows this file', async () => {
  const [page, file] = await Promise.all(
    ['../../../docs/wire-format.md', '../wire-format.ts'].map((path) =>
      readFile(new URL(path, import.meta.url), 'utf8'),
    ),
  );
  const blocks = [...page!.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  expect(blocks).toEqual([file]);
});

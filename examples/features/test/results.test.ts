import { describe, expect, test } from 'vitest';
import { start } from 'example-testing/server';
import { handler } from '../results.ts';
import { connect, revisions } from './clients.ts';

const numbers = Array.from({ length: 250 }, (_, index) => `INV-${String(index + 1).padStart(4, '0')}`);

describe.each(revisions)('the official client of %s', (revision) => {
  const rowsOf = (structured: unknown): { number: string }[] => {
    const inside = structured as { result?: { number: string }[] };
    return inside.result ?? (structured as { number: string }[]);
  };

  test('reads a list in parts, with what each part says', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const answer = await client.any.callTool({
        name: 'invoices',
        arguments: cursor === undefined ? {} : { _cursor: cursor },
      });
      seen.push(...rowsOf(answer.structuredContent).map(({ number }) => number));
      const text = (answer.content as { text: string }[]).at(-1)!.text;
      expect(text).toMatch(/^Showing \d+ of 250 rows/);
      cursor = /Call again with the same arguments and _cursor "([^"]+)" for the next rows\./.exec(text)?.[1];
    } while (cursor !== undefined);
    expect(seen).toEqual(numbers);
  });

  test('is told to ask for fewer rows, where the query has pages', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const answer = await client.any.callTool({ name: 'page', arguments: {} });
    const text = (answer.content as { text: string }[]).at(-1)!.text;
    expect(text).toMatch(
      /^Showing (\d+) of 100 rows of items\. Call again with limit \1, then follow nextCursor/,
    );
    expect(answer.structuredContent).not.toHaveProperty('nextCursor');
  });

  test('gets the fields that it asks for', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { structured } = await client.call('invoices', { _fields: ['number'] });
    expect(rowsOf(structured)[0]).toEqual({ number: 'INV-0001' });
    expect((await client.call('invoices', { _fields: ['nummer'] })).text).toContain('did you mean "number"?');
  });

  test('reads a table', async () => {
    await using server = await start(handler);
    await using client = await connect(revision, server.url);
    const { text, structured } = await client.call('table');
    expect(text).toMatch(
      /^number\tcustomer\tamountCents\tissuedAt\nINV-0001\tAda\t100\t2026-01-01T00:00:00\.000Z\n/,
    );
    expect(structured).toBeUndefined();
  });
});

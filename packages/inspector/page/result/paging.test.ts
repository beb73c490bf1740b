import { expect, test } from 'vitest';
import { nextPageOf } from './paging.ts';

const tool = (properties: object) => ({ name: 'list', inputSchema: { type: 'object', properties } }) as never;

test('the handle of a result that was cut goes on', () => {
  const _meta = { cut: { message: 'There are 5 more.', _cursor: 'h1' } };
  expect(nextPageOf(tool({}), { content: [], _meta })).toEqual({
    text: 'There are 5 more.',
    changes: { _cursor: 'h1' },
  });
});

test('the cursor of a page goes on if the tool takes one', () => {
  const result = { content: [], structuredContent: { page: { items: [], nextCursor: 'c2' } } };
  expect(nextPageOf(tool({ cursor: {} }), result)?.changes).toEqual({ cursor: 'c2' });
  expect(nextPageOf(tool({}), result)).toBeUndefined();
});

test('the last page has no next one', () => {
  const result = { content: [], structuredContent: { items: [], nextCursor: null } };
  expect(nextPageOf(tool({ cursor: {} }), result)).toBeUndefined();
});

test('a note without a handle is only words', () => {
  const structuredContent = { items: [], _more: 'Call again with a smaller limit.' };
  expect(nextPageOf(tool({}), { content: [], structuredContent })).toEqual({
    text: 'Call again with a smaller limit.',
    changes: undefined,
  });
});

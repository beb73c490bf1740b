import { describe, expect, test } from 'vitest';
import { findRows } from './rows.ts';

const inText = (...texts: string[]) => ({ content: texts.map((text) => ({ type: 'text' as const, text })) });

describe('rows of a result', () => {
  test('are a list of structured content, which goes before the text', () => {
    const structuredContent = [{ id: 1 }, { id: 2 }];
    expect(findRows({ structuredContent, ...inText('[{"other":1}]') })).toEqual([
      { name: '', rows: structuredContent, beside: [] },
    ]);
  });

  test('are the list inside an object, with what is beside it', () => {
    const structuredContent = { items: [{ id: 1 }], nextCursor: 'c2', totals: { paid: 3 } };
    expect(findRows({ content: [], structuredContent })).toEqual([
      {
        name: 'items',
        rows: [{ id: 1 }],
        beside: [
          ['nextCursor', 'c2'],
          ['totals', { paid: 3 }],
        ],
      },
    ]);
  });

  test('are found three levels deep, the longest list first', () => {
    const structuredContent = {
      few: [{ a: 1 }],
      page: { data: { many: [{ b: 1 }, { b: 2 }], deep: { more: [{ c: 1 }, { c: 2 }, { c: 3 }] } } },
    };
    expect(findRows({ content: [], structuredContent }).map(({ name }) => name)).toEqual([
      'page.data.many',
      'few',
    ]);
  });

  test('are read from a text that is JSON', () => {
    expect(findRows(inText('Here they are:', '{"rows":[{"a":1}]}'))).toEqual([
      { name: 'rows', rows: [{ a: 1 }], beside: [] },
    ]);
  });

  test('are read from tab-separated values, with the JSON that stands after them', () => {
    expect(findRows(inText('id\tname\n1\tAda\n2\t', '{"total":9}', 'There are 7 more.'))).toEqual([
      { name: '', rows: [{ id: 1, name: 'Ada' }, { id: 2 }], beside: [['total', 9]] },
    ]);
  });

  test('are not made of lists of plain values, of broken JSON or of words', () => {
    expect(findRows({ content: [], structuredContent: { tags: ['a', 'b'] } })).toEqual([]);
    expect(findRows(inText('[{"a":1}', 'one\ntwo', ''))).toEqual([]);
  });

  test('may have keys that JavaScript has a meaning for', () => {
    const structuredContent = JSON.parse(
      '{"__proto__":[{"__proto__":{"polluted":1},"toString":2}]}',
    ) as never;
    const [found] = findRows({ content: [], structuredContent });
    expect(found?.name).toBe('__proto__');
    expect(found?.rows).toHaveLength(1);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

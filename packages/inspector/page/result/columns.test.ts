import { describe, expect, test } from 'vitest';
import { columnsOf, compareValues, shortText, valueAt } from './columns.ts';

const kindOf = (...values: unknown[]) => columnsOf(values.map((a) => ({ a })))[0]?.kind;

describe('columns', () => {
  test('are those of all rows, whatever the first one has', () => {
    expect(columnsOf([{ a: 1 }, { b: 'x', a: 2 }, 'alone', null])).toEqual([
      { key: 'a', name: 'a', kind: 'number' },
      { key: 'b', name: 'b', kind: 'text' },
      { key: undefined, name: 'value', kind: 'text' },
    ]);
  });

  test.each([
    ['number', [1, null, 2.5]],
    ['time', ['2026-01-31', '2026-02-01T10:00:00Z', '2026-03']],
    ['text', ['2026-01-31', 'soon']],
    ['text', ['2026-13-01', '2026-99']],
    ['text', ['NaN', 'Infinity']],
    ['boolean', [true, false]],
    ['mixed', [1, 'one']],
    ['nested', ['x', { y: 1 }]],
    ['text', [null, null]],
  ])('are of the kind %s for %j', (kind, values) => {
    expect(kindOf(...values)).toBe(kind);
  });

  test('may be named as what every object has', () => {
    const rows = [JSON.parse('{"toString":1,"__proto__":"x","constructor":null}'), {}] as unknown[];
    const columns = columnsOf(rows);
    expect(columns.map(({ name }) => name)).toEqual(['toString', '__proto__', 'constructor']);
    expect(columns.map((column) => valueAt(rows[0], column))).toEqual([1, 'x', undefined]);
    expect(columns.map((column) => valueAt(rows[1], column))).toEqual([undefined, undefined, undefined]);
  });
});

test('numbers are compared as numbers, times as times, and texts as a person would', () => {
  expect(compareValues('number', 9, 10)).toBeLessThan(0);
  expect(compareValues('time', '2026-01-01T00:00:00+02:00', '2026-01-01T00:00:00Z')).toBeLessThan(0);
  expect(compareValues('text', 'item 9', 'item 10')).toBeLessThan(0);
});

test('the text of a cell is short for values of any size', () => {
  expect(shortText({ a: [1, 2, 3, 4, 5], b: { c: { d: 1 } } })).toBe(
    '{a: [1, 2, 3, 4, … 1 more], b: {c: {…}}}',
  );
  expect(shortText('x'.repeat(1_000_000))).toHaveLength(161);
  expect(shortText(JSON.parse('['.repeat(5000) + ']'.repeat(5000)))).toBe('[[[…]]]');
  expect(shortText({ toString: 'x' })).toBe('{toString: "x"}');
});

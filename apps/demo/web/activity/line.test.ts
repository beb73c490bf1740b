import { expect, test } from 'vitest';
import { toLine } from './line.ts';

test.each([
  [{ query: 'jonas', limit: 5 }, 'query: "jonas", limit: 5'],
  [{ rows: [{ name: 'Kim' }] }, 'rows: [{"name":"Kim"}]'],
  [{}, ''],
  [undefined, ''],
  [null, ''],
  [['a'], '["a"]'],
  ['text', '"text"'],
])('%j is written as %s', (value, line) => {
  expect(toLine(value)).toBe(line);
});

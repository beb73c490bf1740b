import { expect, test } from 'vitest';
import { readTsv } from './tsv.ts';

test('a column is numbers only if all its cells are', () => {
  expect(readTsv('n\tcode\n1\t1\n-2.5\t007\n')).toEqual([
    { n: 1, code: '1' },
    { n: -2.5, code: '007' },
  ]);
});

test('escaped tabs, ends of lines and backslashes are read back', () => {
  expect(readTsv('a\tb\nx\\ty\\nz\t\\\\t\n')).toEqual([{ a: 'x\ty\nz', b: '\\t' }]);
});

test('nested values, booleans and null are JSON, and an empty cell is no value', () => {
  expect(readTsv('a\tb\tc\n{"x":"1\\\\n2"}\ttrue\t\n[1]\tfalse\tnull')).toEqual([
    { a: { x: '1\n2' }, b: true },
    { a: [1], b: false, c: null },
  ]);
});

test('NaN and Infinity stay words', () => {
  expect(readTsv('a\tb\nNaN\tInfinity\n1\t2')).toEqual([
    { a: 'NaN', b: 'Infinity' },
    { a: '1', b: '2' },
  ]);
});

test('a column may be named __proto__', () => {
  const [row] = readTsv('__proto__\tb\n{"polluted":1}\t2') ?? [];
  expect(Object.keys(row ?? {})).toEqual(['__proto__', 'b']);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

test.each(['', 'one line\twith a tab', 'a\tb\n1', 'a\ta\n1\t2', 'no\nt a b s'])('%j is no table', (text) => {
  expect(readTsv(text)).toBeUndefined();
});

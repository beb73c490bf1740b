import { expect, test } from 'vitest';
import { columnsOf } from './columns.ts';
import { readCsv, toCsv } from './csv.ts';

const csvOf = (rows: unknown[]) => toCsv(rows, columnsOf(rows));

test('commas, quotes and ends of lines are quoted, and nested values are JSON', () => {
  expect(csvOf([{ a: 'x, "y"\nz', b: { c: [1] } }, { a: null }])).toBe(
    'a,b\r\n"x, ""y""\nz","{""c"":[1]}"\r\n,',
  );
});

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '=1\n+cmd', '\n=1', '＝1'])(
  'the text %j is no formula in a spreadsheet',
  (text) => {
    expect(csvOf([{ a: text }]).split('\r\n')[1]).toMatch(/^"?'/);
  },
);

test('the name of a column is no formula either', () => {
  expect(csvOf([{ '=cmd|x': 1 }])).toBe(`"'=cmd|x"\r\n1`);
});

test('negative numbers stay numbers', () => {
  expect(csvOf([{ a: -5 }])).toBe('a\r\n-5');
});

test('CSV is read with its numbers, whatever its columns are called', () => {
  expect(readCsv('\uFEFFname,name,__proto__\r\n"A, ""b""\nc",0049,1.5\r\n,,-3,extra\r\n')).toEqual({
    rows: [
      { 0: 'A, "b"\nc', 1: '0049', 2: 1.5 },
      { 0: null, 1: null, 2: -3, 3: 'extra' },
    ],
    columns: [
      { key: '0', name: 'name', kind: 'text' },
      { key: '1', name: 'name', kind: 'text' },
      { key: '2', name: '__proto__', kind: 'number' },
      { key: '3', name: 'Column 4', kind: 'text' },
    ],
  });
  expect(readCsv('name,amount\n')).toBeUndefined();
});

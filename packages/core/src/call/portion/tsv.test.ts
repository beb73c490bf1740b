import { expect, it } from 'vitest';
import { besideRows, toTsv } from './tsv.ts';

it('writes a line of names and a line for each row', () => {
  const rows = [
    { id: 1, at: '2026-01-31T09:00:00Z', note: null },
    { id: 2, at: '2026-02-01T09:00:00Z', note: 'paid', lines: [{ sum: 3 }] },
  ];
  expect(toTsv(rows)).toBe(
    'id\tat\tnote\tlines\n1\t2026-01-31T09:00:00Z\tnull\t\n2\t2026-02-01T09:00:00Z\tpaid\t[{"sum":3}]',
  );
});

it('keeps a row on one line', () => {
  expect(toTsv([{ 'a\tb': 'x\ty\nz\\n' }])).toBe('a\\tb\nx\\ty\\nz\\\\n');
});

it('writes rows that are no objects in one column', () => {
  expect(toTsv([1, 'two', null, [3]])).toBe('value\n1\ntwo\nnull\n[3]');
});

it('gives what is beside the rows', () => {
  expect(besideRows({ items: [], nextCursor: 'x' }, { keys: ['items'] })).toEqual({ nextCursor: 'x' });
  expect(besideRows({ items: [] }, { keys: ['items'] })).toBeUndefined();
  expect(besideRows([], { keys: [] })).toBeUndefined();
  expect(JSON.stringify(besideRows({ data: { items: [], n: 1 } }, { keys: ['data', 'items'] }))).toBe(
    '{"data":{"n":1}}',
  );
});

import { expect, test } from 'vitest';
import { checkPatterns, createFilter } from './expose.ts';

const all = ['ping', 'customers.list', 'customers.notes.add', 'posts.list', 'a+b.c'];
const shown = (expose: Parameters<typeof createFilter>[0]) => all.filter(createFilter(expose));

test.each([
  [undefined, all],
  [{ include: ['customers.list'] }, ['customers.list']],
  [{ include: ['customers.*'] }, ['customers.list']],
  [{ include: ['customers.**'] }, ['customers.list', 'customers.notes.add']],
  [{ include: ['*.list'] }, ['customers.list', 'posts.list']],
  [{ include: ['**.add'] }, ['customers.notes.add']],
  [{ include: ['p*'] }, ['ping']],
  [{ include: ['**'], exclude: ['customers.**'] }, ['ping', 'posts.list', 'a+b.c']],
  [{ exclude: ['ping'] }, all.slice(1)],
  [{ include: ['a+b.*'] }, ['a+b.c']],
  [{ include: [] }, []],
])('%o shows %o', (expose, expected) => {
  expect(shown(expose as Parameters<typeof createFilter>[0])).toEqual(expected);
});

test('a pattern that matches nothing is a problem', () => {
  expect(checkPatterns({ include: ['customer.**'], exclude: ['ping'] }, all, all)).toEqual([
    {
      code: 'PATTERN_UNMATCHED',
      path: 'expose',
      message: '"customer.**" matches no procedure; "name.**" matches everything in the router "name"',
    },
  ]);
});

test('a pattern that matches only what is not tagged says so', () => {
  expect(checkPatterns({ include: ['ping'] }, [], all)[0]?.message).toContain('without mcp in their meta');
});

import { expect, test } from 'vitest';
import { findNearest } from './nearest.ts';

const names = ['customers.list', 'customers.rename', 'orders.list', 'health'];

test.each([
  ['customers.lst', 'customers.list'],
  ['customers_list', 'customers.list'],
  ['Customers.Rename', 'customers.rename'],
  ['order.list', 'orders.list'],
  ['helth', 'health'],
  ['nothing.at.all', undefined],
  ['', undefined],
  ['x'.repeat(100_000), undefined],
])('%j was meant to be %s', (typed, nearest) => {
  expect(findNearest(typed, names)).toBe(nearest);
});

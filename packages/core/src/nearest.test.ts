import { expect, test } from 'vitest';
import { findNearest } from './nearest.ts';

const names = ['title', 'readOnlyHint', 'durationMs', 'maxMs'];

test.each([
  ['titel', 'title'],
  ['tile', 'title'],
  ['readonlyHint', 'readOnlyHint'],
  ['readOnly', undefined],
  ['duration', 'durationMs'],
  ['colour', undefined],
  ['', undefined],
])('for %j, the nearest name is %j', (typed, nearest) => {
  expect(findNearest(typed, names)).toBe(nearest);
});

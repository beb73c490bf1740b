import { expect, test } from 'vitest';
import type { Week } from './use-sign-ups.ts';
import { toChange, toDay, toSummary } from './week.ts';

const week: Week = {
  startsAt: new Date('2026-11-16T00:00:00Z'),
  running: false,
  signUps: 9,
  signUpsBefore: 8,
  changePercent: 12.5,
};

test.each([
  [12.5, '+12.5 %'],
  [0, '±0 %'],
  [-50, '−50 %'],
  [null, 'nothing to compare with'],
])('a change of %s is written as %s', (changePercent, text) => {
  expect(toChange({ changePercent })).toBe(text);
});

test('a week is named by its Monday in UTC, wherever the browser is', () => {
  expect(toDay(week)).toBe('Nov 16');
});

test('the summary compares the last whole week and the running one', () => {
  const running = { ...week, running: true, signUps: 1, changePercent: -50 };
  expect(toSummary([{ ...week, signUps: 2 }, week, running])).toBe(
    'The last whole week had 9 sign-ups (+12.5 % on the week before). ' +
      'The running week has 1 sign-up so far (−50 % on the same days of the week before).',
  );
});

import { expect, test } from 'vitest';
import { toExact, toInterval } from './interval.ts';

test('the interval of twelve values goes from the third to the tenth', () => {
  const values = [7, 2, 12, 1, 9, 4, 11, 3, 10, 6, 5, 8];
  const { median, low, high, confidence } = toInterval(values);
  expect([median, low, high]).toEqual([6.5, 3, 10]);
  // What a table of the binomial distribution says of 12 throws of a coin: 1 - 2 * 79 / 4096.
  expect(confidence).toBeCloseTo(0.9614, 4);
});

test('one value that is far off moves neither the median nor the interval', () => {
  const values = [1, 1.01, 1.02, 1.03, 1.04, 1.05, 1.06, 1.07, 1.08, 1.09, 1.1, 1.11];
  const [usual, disturbed] = [toInterval(values), toInterval([...values.slice(0, -1), 1000])];
  expect(disturbed).toEqual(usual);
});

test.each([
  [1, 0],
  [2, 0.5],
  [5, 0.9375],
  [6, 0.96875],
])('%i values give all of their range, with a confidence of %d', (count, confidence) => {
  const values = Array.from({ length: count }, (_, index) => index);
  const interval = toInterval(values);
  expect([interval.low, interval.high]).toEqual([0, count - 1]);
  expect(interval.confidence).toBe(confidence);
});

test('a confidence that is asked for is reached, and by no wider an interval than is needed', () => {
  const values = Array.from({ length: 100 }, (_, index) => index + 1);
  const [usual, sure] = [toInterval(values), toInterval(values, 0.99)];
  // The interval of 95 percent in the tables for 100 values is from the 40th to the 61st.
  expect([usual.low, usual.high]).toEqual([40, 61]);
  expect(sure.low).toBeLessThan(usual.low);
  expect(sure.confidence).toBeGreaterThanOrEqual(0.99);
});

test('about 95 of 100 intervals hold the true median', () => {
  let state = 1;
  // A generator of Lehmer, so that each run draws the same.
  const draw = () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const runs = 2000;
  let held = 0;
  for (let run = 0; run < runs; run++) {
    // Skewed, as times are: the true median is 1 / 4.
    const { low, high } = toInterval(Array.from({ length: 12 }, () => draw() ** 2));
    if (low <= 0.25 && high >= 0.25) held++;
  }
  expect(held / runs).toBeGreaterThan(0.94);
  expect(held / runs).toBeLessThan(0.98);
});

test('nothing that was measured is no figure', () => {
  expect(toInterval([])).toMatchObject({ median: Number.NaN, confidence: 0 });
});

test('a figure that is the same each time is as sure as can be', () => {
  expect(toExact(3)).toEqual({ median: 3, low: 3, high: 3, confidence: 1 });
});

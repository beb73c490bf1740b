import { describe, expect, test } from 'vitest';
import { isWide, judgeNoise, readTicks, toDisturbance } from './noise.ts';

const sure = { confidence: 0.96 };
const quiet = { median: 1, low: 0.99, high: 1.02, ...sure };

describe('a run', () => {
  test('is quiet when a target beside itself comes out as 1 and nothing else ran', () => {
    expect(judgeNoise([quiet, quiet], { others: 0.01, steal: 0 })).toEqual({ isQuiet: true, reasons: [] });
    expect(judgeNoise([quiet], undefined).isQuiet).toBe(true);
  });

  test.each([
    ['does not hold 1', [{ median: 1.03, low: 1.01, high: 1.05, ...sure }], { others: 0, steal: 0 }],
    ['is wide', [{ median: 1, low: 0.9, high: 1.1, ...sure }], { others: 0, steal: 0 }],
    ['other programs used 30.0 % of the processors', [quiet], { others: 0.3, steal: 0 }],
    ['the host gave 5.0 % of the time of the processors to others', [quiet], { others: 0, steal: 0.05 }],
    ['no target was compared with itself', [], { others: 0, steal: 0 }],
  ])('is noisy, with a reason: %s', (reason, controls, disturbance) => {
    const { isQuiet, reasons } = judgeNoise(controls, disturbance);
    expect(isQuiet).toBe(false);
    expect(reasons).toEqual([expect.stringContaining(reason)]);
  });

  test('is noisy when only one of its two controls is', () => {
    const late = { median: 1.2, low: 1.1, high: 1.3, ...sure };
    expect(judgeNoise([quiet, late], undefined).isQuiet).toBe(false);
  });

  test('is noisy when its controls have too few rounds for an interval', () => {
    expect(judgeNoise([{ ...quiet, confidence: 0.5 }], undefined).reasons).toEqual([
      expect.stringContaining('too few rounds'),
    ]);
  });
});

test('an interval is wide when its ends are far from each other, whatever the figure is', () => {
  expect(isWide({ median: 3, low: 2.9, high: 3.1, ...sure })).toBe(false);
  expect(isWide({ median: 3, low: 2.5, high: 3.5, ...sure })).toBe(true);
});

describe('what Linux tells of its processors', () => {
  const text = `cpu  1000 50 500 8000 100 0 50 25 10 0
cpu0 500 25 250 4000 50 0 25 10 5 0
intr 12345
`;

  test('is read in seconds, of all processors together', () => {
    expect(readTicks(text)).toEqual({ busy: 16, steal: 0.25, total: 97.25 });
  });

  test.each(['', 'cpu', 'cpu  1 2 3', 'no such file'])('is nothing where it tells nothing: "%s"', (other) => {
    expect(readTicks(other)).toBeUndefined();
  });

  test('becomes the shares of others and of the host, without what this run has used', () => {
    const before = { busy: 10, steal: 1, total: 100 };
    const after = { busy: 16, steal: 1.5, total: 110 };
    expect(toDisturbance(before, after, 4)).toEqual({ others: 0.2, steal: 0.05 });
    // Its ticks are coarse, so that a run may seem to have used more than all.
    expect(toDisturbance(before, after, 7)).toEqual({ others: 0, steal: 0.05 });
    expect(toDisturbance(before, before, 1)).toEqual({ others: 0, steal: 0 });
  });
});

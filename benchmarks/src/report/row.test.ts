import { describe, expect, test } from 'vitest';
import { toExact, toInterval } from '../run/interval.ts';
import { toRatioRow, toRowTable, toVerdict } from './row.ts';

const sure = { confidence: 0.96 };

describe('a goal', () => {
  const interval = { median: 3, low: 2.9, high: 3.1, ...sure };

  test.each([
    [{ atLeast: 2.5 }, 'met'],
    [{ atLeast: 2.9 }, 'met'],
    [{ atLeast: 3 }, '**too close to tell**'],
    [{ atLeast: 3.2 }, '**not met**'],
    [{ atMost: 3.1 }, 'met'],
    [{ atMost: 3 }, '**too close to tell**'],
    [{ atMost: 2 }, '**not met**'],
    [undefined, ''],
  ] as const)('of %j is judged by the whole interval: %s', (goal, verdict) => {
    expect(toVerdict(interval, goal)).toBe(verdict);
  });

  test('is not judged by an interval that is too wide, or that too few rounds have made', () => {
    expect(toVerdict({ ...interval, low: 2, high: 4 }, { atLeast: 3 })).toBe('**too noisy to tell**');
    // A wide interval that is wholly beyond the goal says enough.
    expect(toVerdict({ ...interval, low: 2, high: 4 }, { atLeast: 1.5 })).toBe('met');
    expect(toVerdict({ ...interval, confidence: 0.5 }, { atLeast: 1 })).toBe('**too few rounds to tell**');
  });

  test('is not judged where nothing was measured', () => {
    expect(toVerdict(toInterval([]), { atLeast: 1 })).toBe('');
  });
});

test('a table has the goal, the figure with its interval, both load generators and the verdict', () => {
  const comparison = (median: number) => ({
    cpu: { median, low: median - 0.1, high: median + 0.1, ...sure },
    requests: { median: median / 2, low: median / 2 - 0.1, high: median / 2 + 0.1, ...sure },
    rounds: [[], []] as [[], []],
  });
  const table = toRowTable([
    toRatioRow('÷ tRPC', { atLeast: 3 }, comparison(4), comparison(2)),
    { measure: 'bundle', goal: { atMost: 200 }, decides: toExact(150.25), unit: 'kB', digits: 1 },
    { measure: 'unknown', decides: toInterval([]) },
  ]);
  expect(table).toBe(
    `| measure | goal | measured | requests/s | wrk | wrk, requests/s | goal met |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
| ÷ tRPC | ≥ 3 | 4.00 (3.90–4.10) | 2.00 (1.90–2.10) | 2.00 (1.90–2.10) | 1.00 (0.90–1.10) | met |
| bundle | ≤ 200 kB | 150.3 kB |  |  |  | met |
| unknown |  | – |  |  |  | not measured |
`,
  );
});

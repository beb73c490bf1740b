import { expect, test } from 'vitest';
import { toComparison } from './pair.ts';

const toRounds = (values: readonly number[]) => values.map((cpuUs) => ({ cpuUs, perSecond: 1e6 / cpuUs }));

test('a ratio is above 1 where the first side is faster, by both figures', () => {
  const { cpu, requests } = toComparison([toRounds(Array(12).fill(100)), toRounds(Array(12).fill(250))]);
  expect(cpu).toMatchObject({ median: 2.5, low: 2.5, high: 2.5 });
  expect(requests.median).toBeCloseTo(2.5);
});

test('a machine that becomes slower and slower changes no ratio, because neighbours are compared', () => {
  const slower = (times: number) => Array.from({ length: 12 }, (_, round) => times * (100 + 20 * round));
  const { cpu } = toComparison([toRounds(slower(1)), toRounds(slower(2))]);
  expect(cpu).toMatchObject({ median: 2, low: 2, high: 2 });
});

import { describe, expect, test } from 'vitest';
import { offerChart, toChartData } from './chart.ts';
import { columnsOf } from './columns.ts';

const offerOf = (rows: unknown[]) => offerChart(rows, columnsOf(rows));

describe('a chart is offered', () => {
  test('as a line for numbers over time', () => {
    const best = offerOf([
      { month: '2026-01', id: 1, signUps: 4, kind: 'a' },
      { month: '2026-02', id: 2, signUps: 6, kind: 'b' },
    ])?.best;
    expect(best?.kind).toBe('line');
    expect(best?.x.name).toBe('month');
    expect(best?.ys.map((y) => y?.name)).toEqual(['signUps']);
  });

  test('of numbers that have an axis in common, counts or percents', () => {
    const best = offerOf([
      { month: '2026-01', signUps: 4, changePercent: 100, ended: 1 },
      { month: '2026-02', signUps: 6, changePercent: 50, ended: 2 },
    ])?.best;
    expect(best?.ys.map((y) => y?.name)).toEqual(['signUps', 'ended']);
  });

  test('as bars for numbers of categories', () => {
    const best = offerOf([
      { status: 'open', total: 4 },
      { status: 'paid', total: 6 },
    ])?.best;
    expect(best?.kind).toBe('bar');
    expect(best?.x.name).toBe('status');
  });

  test.each([
    ['one row', [{ month: '2026-01', n: 1 }]],
    ['no numbers', [{ month: '2026-01' }, { month: '2026-02' }]],
    [
      'only ids',
      [
        { kind: 'a', id: 1, userId: 2, plan_id: 3 },
        { kind: 'b', id: 2, userId: 3, plan_id: 4 },
      ],
    ],
    [
      'only one category',
      [
        { kind: 'a', n: 1 },
        { kind: 'a', n: 2 },
      ],
    ],
    [
      'numbers that are words',
      [
        { kind: 'a', n: 'NaN' },
        { kind: 'b', n: '1' },
      ],
    ],
  ])('not for %s', (_, rows) => {
    expect(offerOf(rows)).toBeUndefined();
  });

  test('not for texts of which each is another', () => {
    expect(offerOf(Array.from({ length: 100 }, (_, n) => ({ text: `text ${n}`, n })))).toBeUndefined();
  });
});

describe('the points of a chart', () => {
  test('are named by the day where all of them are midnights', () => {
    const labelsOf = (...times: string[]) => {
      const rows = times.map((at, n) => ({ at, n }));
      return toChartData(rows, offerOf(rows)!.best).labels;
    };
    expect(labelsOf('2026-01-05T00:00:00.000Z', '2026-01-12T00:00Z')).toEqual(['2026-01-05', '2026-01-12']);
    expect(labelsOf('2026-01-05T00:00:00Z', '2026-01-12T09:30:00Z')).toEqual([
      '2026-01-05T00:00:00Z',
      '2026-01-12T09:30:00Z',
    ]);
  });

  const rows = [
    { day: '2026-01-03', plan: 'b', n: 3 },
    { day: '2026-01-01', plan: 'a', n: 1 },
    { day: '2026-01-02', plan: 'a', n: null },
    { day: '2026-01-01', plan: 'b', n: 5 },
  ];
  const [day, plan, amount] = columnsOf(rows);

  test('are in the order of time, and equal times are added up', () => {
    expect(toChartData(rows, { kind: 'line', x: day!, ys: [amount] })).toEqual({
      labels: ['2026-01-01', '2026-01-02', '2026-01-03'],
      times: undefined,
      series: [{ name: 'n', values: [6, null, 3] }],
      isSummed: true,
      left: 0,
    });
  });

  test('can count the rows of a category', () => {
    expect(toChartData(rows, { kind: 'bar', x: plan!, ys: [undefined] })).toMatchObject({
      labels: ['b', 'a'],
      series: [{ name: 'Rows', values: [2, 2] }],
    });
  });

  test('keep the distances of times that are uneven', () => {
    const uneven = ['2026-01-01', '2026-01-02', '2026-06-01'].map((at) => ({ at, n: 1 }));
    const [at, count] = columnsOf(uneven);
    expect(toChartData(uneven, { kind: 'line', x: at!, ys: [count] }).times).toEqual(
      uneven.map((row) => Date.parse(row.at)),
    );
  });

  test('are a thousand at most', () => {
    const many = Array.from({ length: 3000 }, (_, n) => ({
      at: new Date(n * 86_400_000).toISOString(),
      n,
    }));
    const [at, count] = columnsOf(many);
    const { labels, left } = toChartData(many, { kind: 'line', x: at!, ys: [count] });
    expect([labels.length, left]).toEqual([1000, 2000]);
  });
});

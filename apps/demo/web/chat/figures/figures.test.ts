import { describe, expect, test } from 'vitest';
import { toCell, toHeading } from './cell.ts';
import { toData, toLists } from './data.ts';
import { toSeries } from './series.ts';

const weeks = [
  { startsAt: '2026-11-23T00:00:00.000Z', running: true, signUps: 9, changePercent: null },
  { startsAt: '2026-11-16T00:00:00.000Z', running: false, signUps: 8, changePercent: 12.5 },
];

describe('a list as numbers over time', () => {
  test('has its times in order, and says which one is running', () => {
    expect(toSeries(weeks)).toEqual({
      title: 'Sign ups',
      key: 'signUps',
      points: [
        { label: '16 Nov 2026', value: 8, isRunning: false },
        { label: '23 Nov 2026', value: 9, isRunning: true },
      ],
    });
  });

  test('prefers amounts of money, and knows months', () => {
    const months = [
      { month: '2026-01', count: 1, amountCents: 1900 },
      { month: '2026-02', count: 2, amountCents: 3800 },
    ];
    expect(toSeries(months)).toMatchObject({
      key: 'amountCents',
      points: [{ label: 'Jan 2026' }, { value: 3800 }],
    });
  });

  test.each([
    [
      'a list of things',
      [
        { id: 'a', at: '2026-01-01', n: 1 },
        { id: 'b', at: '2026-01-02', n: 2 },
      ],
    ],
    [
      'two rows of one time',
      [
        { at: '2026-01-01', n: 1 },
        { at: '2026-01-01', n: 2 },
      ],
    ],
    [
      'times without numbers',
      [
        { at: '2026-01-01', n: 'x' },
        { at: '2026-01-02', n: 'y' },
      ],
    ],
    [
      'a number that is missing somewhere',
      [
        { at: '2026-01-01', n: 1 },
        { at: '2026-01-02', n: null },
      ],
    ],
    ['a single row', [{ at: '2026-01-01', n: 1 }]],
    ['no rows', []],
    ['empty rows', [{}, {}]],
  ])('is not drawn from %s', (_what, rows) => {
    expect(toSeries(rows)).toBe(undefined);
  });
});

describe('what a tool returned', () => {
  test.each<[unknown, unknown]>([
    [weeks, weeks],
    [{ content: [{ type: 'text', text: 'cut' }], structuredContent: { items: weeks } }, { items: weeks }],
    [{ content: [{ type: 'resource', resource: {} }] }, undefined],
    [{ content: 'of a post' }, { content: 'of a post' }],
    ['text', 'text'],
    [null, null],
  ])('%j has the data %j', (output, data) => {
    expect(toData(output)).toEqual(data);
  });

  test.each<[unknown, number]>([
    [weeks, 1],
    [{ total: 2, items: weeks, byStatus: weeks }, 2],
    [{ items: [weeks[0]] }, 0],
    [[1, 2], 0],
    [[weeks[0], null], 0],
    [undefined, 0],
    ['text', 0],
  ])('%j has %i lists', (data, count) => {
    expect(toLists(data)).toHaveLength(count);
  });
});

test.each<[string, unknown, string]>([
  ['monthlyCents', 7900, '$79.00'],
  ['changePercent', -3.5, '−3.5 %'],
  ['changePercent', 3.5, '+3.5 %'],
  ['count', 1234, '1,234'],
  ['startsAt', '2026-11-16T00:00:00.000Z', '16 Nov 2026'],
  ['month', '2026-11', 'Nov 2026'],
  ['name', '2026-99-99', '2026-99-99'],
  ['name', '<b>Eve</b>', '<b>Eve</b>'],
  ['running', true, 'yes'],
  ['paidAt', null, '–'],
  ['author', { id: '1', name: 'Tom' }, 'Tom'],
  ['subscription', { id: '1', plan: 'team', monthlyCents: 100 }, 'team, $1.00'],
  ['tags', ['a', 'b'], 'a, b'],
])('the value of %s, %j, is shown as %s', (key, value, text) => {
  expect(toCell(key, value)).toBe(text);
});

test.each([
  ['signedUpAt', 'Signed up at'],
  ['amountCents', 'Amount'],
  ['name', 'Name'],
])('the column %s has the heading %s', (key, heading) => {
  expect(toHeading(key)).toBe(heading);
});

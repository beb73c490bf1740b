import { beforeAll, expect, test } from 'vitest';
import { eras } from './figures/client.ts';
import { type Figures, measure } from './figures/measure.ts';

let figures: Figures;
beforeAll(async () => {
  figures = await measure({ runs: 10 });
});

test('every one of the 120 procedures is a tool', () => {
  const { procedures, tools, leftOut } = figures;
  expect({ procedures, tools, leftOut }).toEqual({ procedures: 120, tools: 120, leftOut: [] });
});

test.each(eras)(
  'every published schema is valid in the %s era, and the official client takes the list',
  (era) => {
    expect(figures.faults[era]).toEqual([]);
    expect(figures.accepted[era]).toBe(true);
  },
);

test('arguments are made for every input schema, and few are refused for what a schema could say', () => {
  const { withoutArguments, refused, count } = figures.calls;
  expect(withoutArguments).toEqual([]);
  expect(count).toBeGreaterThan(1150);
  const sum = [...refused.values()].reduce((total, each) => total + each, 0);
  // Most of them are keys of a record with a pattern, which is said in words: popular clients refuse `propertyNames`.
  expect(sum / count).toBeLessThan(0.025);
});

test('no result is outside its own output schema, and no call ends without a code', () => {
  expect(figures.calls.unfit).toEqual([]);
  const known = ['OK', 'BAD_REQUEST', 'INTERNAL_SERVER_ERROR', 'NOT_FOUND', 'FORBIDDEN', 'CONFLICT'];
  const others = [...figures.calls.codes.keys()].filter((code) => !known.includes(code));
  expect(others.filter((code) => !['PAYMENT_REQUIRED', 'BAD_GATEWAY'].includes(code))).toEqual([]);
});

test('the list stays within its tokens', () => {
  const { whole, modelView, outputSchemas } = figures.size;
  // Every closed object says so, which takes seven tokens, and every date without a description how it is written.
  expect(whole).toBeLessThan(20_500);
  expect(modelView).toBeLessThan(17_000);
  expect(outputSchemas).toBeLessThan(1_300);
});

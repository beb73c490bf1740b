import { expect, test } from 'vitest';
import { queries } from './recall/queries.ts';
import { measureRecall } from './recall/recall.ts';

test('a search finds what was meant for most of 60 queries, where an app gives keywords', async () => {
  const [given, bare] = [await measureRecall(true), await measureRecall(false)];
  expect(queries).toHaveLength(60);
  expect(given.rate, JSON.stringify(given.missed)).toBeGreaterThanOrEqual(0.85);
  // Without keywords and descriptions, names are all that there is to search.
  expect(bare.rate).toBeGreaterThan(0.25);
  expect(bare.rate).toBeLessThan(given.rate);
});

import { expect, test } from 'vitest';
import { toFilter, toPause } from './subscription-filter.ts';

test('a stream is opened for what the endpoint tells, and no more', () => {
  expect(toFilter({ tools: { listChanged: true }, prompts: {}, resources: { subscribe: true } }, [])).toEqual(
    {
      toolsListChanged: true,
    },
  );
  expect(toFilter({ resources: { listChanged: true } }, ['x://a'])).toEqual({
    resourcesListChanged: true,
    resourceSubscriptions: ['x://a'],
  });
  expect(toFilter({ tools: {} }, [])).toBeUndefined();
});

test('the pause grows to a minute', () => {
  expect([1, 2, 3, 4, 7, 50].map(toPause)).toEqual([1000, 2000, 4000, 8000, 60_000, 60_000]);
});

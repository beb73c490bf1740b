import { test } from 'vitest';
import { defineEvals, testEvals } from '../../../src/evals/evals.ts';
import { createPosts, people } from '../app.ts';

// Run by vitest.test.ts with a vitest of its own: some of these tests have to fail.
const { appRouter, reset } = createPosts({ description: 'Gives a post another title.' });
const one = { say: 'x', as: 'ada' as const };

testEvals(
  defineEvals(appRouter, {
    people,
    setup: reset,
    cases: [
      { ...one, name: 'good', expect: { calls: [{ tool: 'posts_list' }], answer: 'two' } },
      { ...one, name: 'bad', expect: { calls: [{ tool: 'posts_remove' }] } },
      { ...one, name: 'old', expect: { calls: [{ tool: 'posts_rename' }] } },
      { ...one, name: 'left out', skip: true, expect: { answer: 'x' } },
    ],
  }),
  { test, record: new URL('./suite.record.json', import.meta.url) },
);

testEvals(
  defineEvals(appRouter, { people, cases: [{ ...one, name: 'without a record', expect: { answer: 'x' } }] }),
  { test, record: new URL('./missing.json', import.meta.url) },
);

import { expect, test } from 'vitest';
import { defineEvals, type EvalsError, runEvals } from '../../src/evals/evals.ts';
import { createModel, createPosts, people } from './app.ts';

const one = { name: 'a', say: 'x', as: 'ada' as const, expect: { answer: 'x' } };

/** As JavaScript without types calls it. */
const define = defineEvals as unknown as (router: unknown, options: unknown) => never;

test.each([
  [
    { cases: [{ ...one, as: 'adda' }] },
    'Case "a" is said by "adda", who is not among the people. Did you mean "ada"?',
  ],
  [{ cases: [one, one] }, 'Two cases are named "a". The record keeps them by their names.'],
  [
    { cases: [{ ...one, as: undefined }] },
    'Case "a" does not say who says it. Set "as" to one of: ada, ben.',
  ],
  [
    { cases: [{ ...one, expect: undefined }] },
    'Case "a" expects nothing. Set "expect", for example { calls: [{ tool: … }] }.',
  ],
  [{ cases: [{ ...one, expect: {} }] }, 'Case "a" expects nothing: "expect" is empty.'],
  [
    { cases: [{ ...one, say: [] }] },
    'Case "a" has nothing that somebody says: set "say" to a sentence, or to a list of them.',
  ],
  [{ cases: [{ ...one, say: 5 }] }, '2 things are wrong in the evals:'],
  [{ cases: [{ ...one, expcet: {} }] }, 'Case "a" has "expcet", which is not known. Did you mean "expect"?'],
  [
    { cases: [{ ...one, expect: { call: [] } }] },
    'Case "a": expect has "call", which is not known. Did you mean "calls"?',
  ],
  [
    { cases: [{ ...one, expect: { calls: ['posts_list'] } }] },
    'Case "a": each of "calls" is an object such as { tool: \'posts_rename\', input: { … } }.',
  ],
  [{ cases: [{ ...one, repeat: 0 }] }, 'Case "a": "repeat" has to be a whole number of 1 or more.'],
  [
    { cases: [{ ...one, consent: 'yes' }] },
    'Case "a": consent is "yes". It is \'accept\', \'decline\' or a function.',
  ],
  [
    { cases: [{ ...one, expect: { calls: [], answer: [] } }] },
    'Case "a" expects nothing: "expect" is empty.',
  ],
  [{ cases: [{ ...one, expect: { inOrder: true, notCalled: [] } }] }, 'Case "a" expects nothing'],
  [
    { cases: [{ ...one, expect: { answer: { contains: 'x' } } }] },
    'Case "a": expect: "answer" has to be a text or a regular expression or a function or a list.',
  ],
  [
    { cases: [{ ...one, expect: { answer: ['x', 5] } }] },
    'Case "a": expect: each of "answer" has to be a text or a regular expression or a function.',
  ],
  [
    { cases: [{ ...one, expect: { asks: {} } }] },
    'Case "a": expect: "asks" has to be true or false or a text or a regular expression.',
  ],
  [
    { cases: [{ ...one, expect: { calls: [{ tool: 'posts_list', refused: false }] } }] },
    'Case "a": calls: "refused" has to be true or a text.',
  ],
  [
    { cases: [{ ...one, expect: { calls: [{ tool: 'posts_list', times: { least: 2 } }] } }] },
    'Case "a": calls: times has "least", which is not known.',
  ],
  [
    { cases: [{ ...one, expect: { calls: [{ tool: 'posts_list', times: Infinity }] } }] },
    'Case "a": calls: "times" has to be a whole number of 0 or more or an object.',
  ],
  [
    { cases: [{ ...one, expect: { calls: [{ tool: 'posts_list', times: { min: 3, max: 2 } }] } }] },
    'Case "a": calls: times has a "min" that is more than "max".',
  ],
  [{ cases: [{ ...one, tags: ['x', 5] }] }, 'Case "a": each of "tags" has to be a text.'],
  [{ cases: [{ ...one, name: ' ' }] }, 'Case 1 has no name.'],
  [{ cases: [null] }, 'Case 1 is no object.'],
  [{ cases: 'none' }, 'defineEvals: "cases" has to be a list.'],
  [{}, 'defineEvals has no cases.'],
  [{ cases: [], passRate: 2 }, 'defineEvals: "passRate" has to be a number from 0 to 1.'],
  [null, 'The second argument of defineEvals is no object with cases.'],
])('evals that are %j are refused in words', (options, words) => {
  const { appRouter } = createPosts();
  expect(() => define(appRouter, options && { people, ...options })).toThrow(words);
});

test('what is no router is refused', () => {
  expect(() => define({}, { cases: [] })).toThrow('The first argument of defineEvals is no tRPC router.');
});

test('names of tools that the router does not have are refused before anything runs', async () => {
  const { appRouter } = createPosts();
  const model = createModel('x');
  const evals = defineEvals(appRouter, {
    people,
    model,
    cases: [
      { ...one, expect: { calls: [{ tool: 'posts_renam' as never }], notCalled: ['users_list' as never] } },
    ],
  });
  await expect(runEvals(evals, { mode: 'live' })).rejects.toThrow(
    'Case "a" names the tool posts_renam, which the router does not have. Did you mean posts_rename?\nCase "a" names the tool users_list, which the router does not have.',
  );
  expect(model.doGenerateCalls).toEqual([]);
});

test('a tool with a name of its own can be named by its path, and by that name', async () => {
  const { appRouter, reset } = createPosts({ rename: 'retitle' });
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel([{ tool: 'retitle', input: { id: 1, title: 'Hi' } }], 'x'),
    cases: [{ ...one, expect: { calls: [{ tool: 'posts_rename' }], notCalled: ['posts_remove'] } }],
  });
  expect((await runEvals(evals, { mode: 'live' })).report.totals.passed).toBe(1);
});

test.each([
  [undefined, 'MODEL_MISSING'],
  [{}, 'MODEL_INVALID'],
  [() => ({ doGenerate: 'no' }), 'MODEL_INVALID'],
])('a model that is %j is refused', async (model, code) => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, { people, cases: [one], ...(model && { model: model as never }) });
  await expect(runEvals(evals, { mode: 'live' })).rejects.toThrow(
    expect.objectContaining({ code }) as EvalsError,
  );
});

test('a router that cannot be served, and options that are wrong, reject with the problems', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x'),
    options: { timeoutMs: -1 },
    cases: [one],
  });
  await expect(runEvals(evals, { mode: 'live' })).rejects.toThrow(/timeoutMs/);
});

test('close runs once, also if the evals fail', async () => {
  const { appRouter } = createPosts();
  let closed = 0;
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x', 'y'),
    close: () => void closed++,
    cases: [one, { ...one, name: 'b' }],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  expect(report.totals).toMatchObject({ passed: 1, failed: 1 });
  expect(closed).toBe(1);
});

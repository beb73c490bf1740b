import { codeMode } from '@trpc-mcp/code';
import { MockLanguageModelV3 } from 'ai/test';
import { expect, test } from 'vitest';
import { defineEvals, readRecord, runEvals, testEvals, writeRecord } from '../../src/evals/evals.ts';
import { toModelProblem } from '../../src/evals/model-problem.ts';
import { createModel, createPosts, people, type Said, toResponse } from './app.ts';

const one = { name: 'a', say: 'x', as: 'ada' as const, expect: { answer: 'x' } };

/** A model whose responses a test changes before they are given. */
function createOdd(change: (response: object, step: number) => unknown, ...says: Said[]) {
  let step = 0;
  return new MockLanguageModelV3({
    doGenerate: async () => change(toResponse(says[step]!), step++) as never,
  });
}

test('calls to which a model gives the same id are told apart', async () => {
  const { appRouter, reset } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createOdd(
      (response) => JSON.parse(JSON.stringify(response).replaceAll(/random-[\d.e-]+-\d/g, 'call_0')),
      [{ tool: 'posts_rename', input: { id: 2, title: 'Hi' } }],
      [{ tool: 'posts_rename', input: { id: 1, title: 'Hi' } }],
      'x',
    ),
    cases: [
      {
        ...one,
        expect: {
          calls: [
            { tool: 'posts_rename', input: { id: 2 }, refused: 'FORBIDDEN' },
            { tool: 'posts_rename', input: { id: 1 } },
          ],
        },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]!.failures).toEqual([]);
  expect((await runEvals(evals, { mode: 'replay', record })).report.totals.passed).toBe(1);
});

test.each(['constructor', '__proto__', 'toString'])('%s is no tool that a model can call', async (tool) => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel([{ tool }], 'x'),
    cases: [one],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]).toMatchObject({
    status: 'passed',
    runs: [{ calls: [{ tool, refused: 'NOT_CALLED' }] }],
  });
  const read = readRecord(writeRecord(record));
  expect((await runEvals(evals, { mode: 'replay', record: read })).report.totals.passed).toBe(1);
});

test.each<[string, (response: object) => object]>([
  [
    'tokens that are no numbers',
    (response) => ({
      ...response,
      usage: { inputTokens: { total: Number.NaN }, outputTokens: { total: '7' } },
    }),
  ],
  ['a reason that is none', (response) => ({ ...response, finishReason: { unified: 5 } })],
])('a model that returns %s leaves a record that can be read', async (_, change) => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, { people, model: createOdd(change, 'x'), cases: [one] });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.totals.passed).toBe(1);
  const read = readRecord(writeRecord(record));
  expect((await runEvals(evals, { mode: 'replay', record: read })).report.totals.passed).toBe(1);
});

test('arguments that are nested too deeply do not cost the record', async () => {
  const { appRouter } = createPosts();
  const deep = `{"id":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
  const evals = defineEvals(appRouter, {
    people,
    maxSteps: 1,
    model: createModel([{ tool: 'posts_list', input: deep }]),
    cases: [{ ...one, expect: { maxCalls: 1 } }],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.status).toBe('failed');
  readRecord(writeRecord(record));
});

test('a model that throws nothing at all could not be asked', async () => {
  const { appRouter } = createPosts();
  const model = createOdd(() => Promise.reject(), 'x');
  const evals = defineEvals(appRouter, { people, model, cases: [one] });
  expect((await runEvals(evals, { mode: 'live' })).report.cases[0]!.status).toBe('error');
});

test('close that throws does not cost what was recorded, and is told', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x'),
    close: () => Promise.reject(new Error('the pool is gone')),
    cases: [one],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(record.cases['a']).toBeDefined();
  expect(report.notes).toEqual(['"close" of the evals failed: the pool is gone']);
});

test('close also runs if the evals cannot be run', async () => {
  const { appRouter } = createPosts();
  let closed = 0;
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x'),
    close: () => void closed++,
    cases: [{ ...one, expect: { notCalled: ['posts_lst' as 'posts_list'] } }],
  });
  await expect(runEvals(evals, { mode: 'live' })).rejects.toThrow('posts_lst');
  expect(closed).toBe(1);
});

test('an agent does not start after the run was ended while the case was prepared', async () => {
  const { appRouter } = createPosts();
  const ended = new AbortController();
  let asked = 0;
  let finish = (): void => {};
  const prepared = new Promise<void>((resolve) => (finish = resolve));
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x'),
    setup: async () => {
      ended.abort();
      await prepared;
    },
    agent: async () => {
      asked += 1;
      return { text: 'x', response: { messages: [] } };
    },
    cases: [one],
  });
  const { report } = await runEvals(evals, { mode: 'live', signal: ended.signal });
  finish();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  expect(report.totals.cancelled).toBe(1);
  expect(asked).toBe(0);
});

test('a tool with a name of its own is found by its path, also if the call never reached it', async () => {
  const { appRouter } = createPosts({ rename: 'retitle' });
  const evals = defineEvals(appRouter, {
    people,
    model: createModel(
      [{ tool: 'retitle', input: { id: 'no' } }],
      [{ tool: 'retitle', input: '{"id":' }],
      'x',
    ),
    cases: [{ ...one, expect: { calls: [{ tool: 'posts_rename', refused: true, times: 2 }] } }],
  });
  expect((await runEvals(evals, { mode: 'live' })).report.cases[0]!.runs[0]!.failures).toEqual([]);
});

test.each(['constructor', '__proto__', 'gone'])('a record that names the list %s is stale', async (list) => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, { people, model: createModel('x'), cases: [one] });
  const { record } = await runEvals(evals, { mode: 'live' });
  const odd = { ...record, cases: { a: { ...record.cases['a']!, list } } };
  const { report } = await runEvals(evals, { mode: 'replay', record: odd });
  expect(report.cases[0]!.status).toBe('passed');
  expect(report.notes[0]).toContain('posts_list');
});

test.each([
  { version: 1, cases: { a: { model: 5 } }, lists: {} },
  { version: 1, cases: {} },
  { default: {} },
  [],
])('a record that is %j is refused in words wherever it is given', async (record) => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, { people, cases: [one] });
  await expect(runEvals(evals, { mode: 'replay', record: record as never })).rejects.toThrow(
    expect.objectContaining({ code: 'RECORD_INVALID' }) as Error,
  );
  const tests: (() => Promise<void>)[] = [];
  const collect = Object.assign((_: string, work: () => Promise<void>) => void tests.push(work), {
    skip: () => {},
  });
  testEvals(evals, { test: collect, record: record as never });
  await expect(tests[0]!()).rejects.toThrow(expect.objectContaining({ code: 'RECORD_INVALID' }) as Error);
});

test.each([
  [undefined, '"mode"'],
  [{}, '"mode"'],
  [{ mode: 'Live' }, '"mode"'],
])('runEvals with %j is refused in words', async (options, words) => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, { people, model: createModel('x'), cases: [one] });
  await expect(runEvals(evals, options as never)).rejects.toThrow(words);
});

test.each([
  'Incorrect API key provided: xai-abcdef123456.',
  'POST https://x.example/v1?api_key=abcdef123456 failed',
  'GET https://x.example/v1?key=abcdef123456&alt=sse failed',
  'https://me:abcdef123456@x.example refused',
  'x-api-key: abcdef123456 is unknown',
  'token "abcdef123456" has expired',
  'Authorization: Basic abcdef123456',
  '{"apiKey":"abcdef123456"}',
])('a key in the words of a provider is not told: %s', (message) => {
  expect(toModelProblem(new Error(message)).message).not.toContain('abcdef123456');
});

test.each(['The key is invalid', 'Too many tokens: 5000 of 4096', 'claude-haiku-4-5-20251001 is overloaded'])(
  'words that are no key are told: %s',
  (message) => {
    expect(toModelProblem(new Error(message)).message).toContain(message);
  },
);

test('calls that code makes count under their own names, with what they were refused for', async () => {
  const { appRouter, reset } = createPosts({ rename: 'retitle' });
  const code = `
    await api.posts.list.query();
    try { await api.posts.rename.mutate({ id: 2, title: 'Hi' }); } catch {}
    return api.posts.rename.mutate({ id: 1, title: 'Hi' });
  `;
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    options: { discovery: codeMode() },
    model: createModel([{ tool: 'run_code', input: { code } }], 'x'),
    cases: [
      {
        ...one,
        expect: {
          calls: [
            { tool: 'posts_list' },
            { tool: 'posts_rename', input: { id: 2 }, refused: 'FORBIDDEN' },
            { tool: 'posts_rename', input: { id: 1 } },
          ],
          inOrder: true,
          noOtherCalls: true,
          maxCalls: 1,
          state: async ({ caller }) => (await caller.posts.list())[0]?.title === 'Hi',
        },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs.flatMap(({ failures }) => failures)).toEqual([]);
  const read = readRecord(writeRecord(record));
  expect((await runEvals(evals, { mode: 'replay', record: read })).report.totals.passed).toBe(1);
});

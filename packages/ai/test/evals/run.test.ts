import { APICallError, generateText, streamText } from 'ai';
import { MockLanguageModelV3 } from 'ai/test';
import * as sdk7 from 'ai7';
import { MockLanguageModelV4 } from 'ai7/test';
import { expect, test } from 'vitest';
import {
  defineEvals,
  type EvalAgentOptions,
  type EvalRecord,
  explainCase,
  runEvals,
} from '../../src/evals/evals.ts';
import { createModel, createPosts, people, toResponse } from './app.ts';

test('a case passes when the model does what is expected', async () => {
  const { appRouter, reset } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel(
      [{ tool: 'posts_list' }],
      [{ tool: 'posts_rename', input: { id: 1, title: 'Hi' } }],
      'I renamed it to Hi.',
    ),
    cases: [
      {
        name: 'Renames a post',
        say: 'Rename my post Hello to Hi',
        as: 'ada',
        expect: {
          calls: [{ tool: 'posts_list' }, { tool: 'posts_rename', input: { id: 1, title: /hi/i } }],
          inOrder: true,
          noOtherCalls: true,
          notCalled: ['posts_remove'],
          answer: ['renamed', /\bHi\b/],
          asks: false,
          state: async ({ caller }) => {
            const [post] = await caller.posts.list();
            expect(post?.title).toBe('Hi');
          },
          maxCalls: 2,
          maxTokens: 330,
        },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report).toMatchObject({
    version: 1,
    mode: 'live',
    model: 'scripted/one-two-three',
    notes: [],
    totals: {
      cases: 1,
      passed: 1,
      failed: 0,
      modelCalls: 2,
      responses: 3,
      tokens: { input: 300, output: 30 },
    },
    cases: [
      {
        name: 'Renames a post',
        as: 'ada',
        status: 'passed',
        runs: [
          {
            failures: [],
            answer: 'I renamed it to Hi.',
            calls: [
              { tool: 'posts_list', path: 'posts.list', input: {} },
              { tool: 'posts_rename', path: 'posts.rename', input: { id: 1, title: 'Hi' } },
            ],
          },
        ],
      },
    ],
  });
  const replayed = await runEvals(evals, { mode: 'replay', record });
  expect(replayed.report.cases[0]).toMatchObject({ status: 'passed', stale: [], notes: [] });
  expect(replayed.report.totals).toEqual(report.totals);
});

test('a failure says what was expected and what was called instead', async () => {
  const { appRouter, reset } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel([{ tool: 'posts_rename', input: { id: 1, title: 'Hallo' } }], 'Done.'),
    cases: [
      {
        name: 'Renames a post',
        say: 'Rename it to Hi',
        as: 'ada',
        expect: {
          calls: [{ tool: 'posts_list' }, { tool: 'posts_rename', input: { title: 'Hi' } }],
          notCalled: [{ tool: 'posts_rename', input: { title: (title) => title.startsWith('Ha') } }],
          answer: ['renamed', /^Yes/, (answer) => answer.length > 100 || 'It is too short.'],
          asks: true,
          maxCalls: 0,
          maxTokens: 219,
          state: () => false,
        },
      },
    ],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]!.failures).toEqual([
    'Expected a call of posts_list. Called instead: posts_rename({ id: 1, title: "Hallo" }).',
    'Expected a call of posts_rename with { title: "Hi" }. It was called: posts_rename({ id: 1, title: "Hallo" }).',
    'A call of posts_rename with { title: a value that fits } must not be made, and was made: posts_rename({ id: 1, title: "Hallo" }).',
    'Expected the answer to contain "renamed". The answer was: "Done."',
    'Expected the answer to match /^Yes/. The answer was: "Done."',
    'It is too short. The answer was: "Done."',
    'A tool was expected to ask the person, and none did.',
    'At most 0 calls were expected, and there were 1: posts_rename({ id: 1, title: "Hallo" }).',
    'At most 219 tokens were expected, and 220 were needed.',
    'The state is not as expected: "state" returned false.',
  ]);
});

test('refusals, unknown tools and arguments that are no JSON are calls that were refused', async () => {
  const { appRouter, reset } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel(
      [{ tool: 'posts_rename', input: { id: 2, title: 'Mine' } }],
      [{ tool: 'posts_rename', input: { id: 'two' } }],
      [{ tool: 'posts_erase', input: {} }],
      [{ tool: 'posts_rename', input: '{"id": 1' }],
      'I may not.',
    ),
    cases: [
      {
        name: 'Refused',
        say: 'Rename the post of Ben',
        as: 'ada',
        expect: {
          calls: [
            { tool: 'posts_rename', refused: 'FORBIDDEN', times: 1 },
            { tool: 'posts_rename', refused: 'BAD_REQUEST', input: { id: 'two' as never } },
          ],
        },
      },
    ],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  const { status, runs } = report.cases[0]!;
  expect(runs[0]!.calls.map(({ tool, refused }) => [tool, refused])).toEqual([
    ['posts_rename', 'FORBIDDEN'],
    ['posts_rename', 'BAD_REQUEST'],
    ['posts_erase', 'NOT_CALLED'],
    ['posts_rename', 'NOT_CALLED'],
  ]);
  expect(runs[0]!.calls[0]!.message).toContain('This is not your post.');
  expect(status).toBe('passed');
});

test('an answer to consent is given as the case says, and a question without an answer fails the case', async () => {
  const { appRouter, posts, reset } = createPosts();
  const remove = { say: 'Remove my post', as: 'ada' as const };
  const script = () =>
    createModel(
      ...(Array.from(
        { length: 4 },
        () => [[{ tool: 'posts_remove', input: { id: 1 } }], 'Done.'] as const,
      ).flat() as never[]),
    );
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: script(),
    cases: [
      {
        ...remove,
        name: 'yes',
        consent: 'accept',
        expect: { calls: [{ tool: 'posts_remove' }], asks: 'Remove post', state: () => posts.length === 1 },
      },
      {
        ...remove,
        name: 'no',
        consent: 'decline',
        expect: {
          calls: [{ tool: 'posts_remove', refused: true }],
          asks: /Remove/,
          state: () => posts.length === 2,
        },
      },
      {
        ...remove,
        name: 'a function',
        consent: ({ message }, { tool }) => ({
          action: message.includes('1') && tool === 'posts_remove' ? 'accept' : 'decline',
          content: {},
        }),
        expect: { calls: [{ tool: 'posts_remove' }] },
      },
      { ...remove, name: 'nothing', expect: { asks: false } },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'failed']);
  expect(report.cases[3]!.runs[0]!.failures[0]).toMatch(
    /posts_remove asked .*Remove post.* the case does not say what the person answers/,
  );
  expect(report.cases[3]!.runs[0]!.failures[1]).toMatch(/No question was expected/);
  const again = await runEvals(evals, { mode: 'replay', record });
  expect(again.report.cases.map(({ status }) => status)).toEqual(['passed', 'passed', 'passed', 'failed']);
});

test("'accept' does not fill in a form, and says so", async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel([{ tool: 'posts_colour' }], 'Done.'),
    cases: [{ name: 'a form', say: 'Paint it', as: 'ada', consent: 'accept', expect: { asks: true } }],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]!.failures).toEqual([
    `posts_colour asked "Which colour?", and 'accept' does not say what to fill in for colour. Set consent to a function that returns { action: 'accept', content }.`,
  ]);
});

test('several sentences are one conversation', async () => {
  const { appRouter, reset } = createPosts();
  const model = createModel(
    [{ tool: 'posts_list' }],
    'Two.',
    [{ tool: 'posts_rename', input: { id: 1, title: 'Hi' } }],
    'Done.',
  );
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model,
    system: 'You help.',
    cases: [
      {
        name: 'two turns',
        say: ['How many posts are there?', 'Rename mine to Hi'],
        as: 'ada',
        expect: { calls: [{ tool: 'posts_list' }, { tool: 'posts_rename' }], inOrder: true, answer: 'done' },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.status).toBe('passed');
  expect(model.doGenerateCalls[3]!.prompt.map(({ role }) => role)).toEqual([
    'system',
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
    'assistant',
    'tool',
  ]);
  expect((await runEvals(evals, { mode: 'replay', record })).report.cases[0]!.status).toBe('passed');
});

test('each repetition begins anew, and a rate of them has to pass', async () => {
  const { appRouter, posts, reset } = createPosts();
  const right = [
    [{ tool: 'posts_once', input: { title: 'A', _idempotencyKey: 'key-of-the-record' } }],
    'Done.',
  ] as const;
  const says = [...right, 'No.', ...right, ...right] as never[];
  const makeEvals = (passRate: number) =>
    defineEvals(appRouter, {
      people: { ada: { ...people.ada, authInfo: { subject: 'ada', scopes: [] } } },
      setup: reset,
      model: createModel(...says),
      repeat: 4,
      passRate,
      cases: [
        {
          name: 'adds',
          say: 'Add a post A',
          expect: { calls: [{ tool: 'posts_once' }], state: () => posts.length === 3 },
        },
      ],
    });
  const { report, record } = await runEvals(makeEvals(0.75), { mode: 'live' });
  expect(report.cases[0]).toMatchObject({ status: 'passed', needed: 3 });
  expect(report.cases[0]!.runs.map(({ status }) => status)).toEqual(['passed', 'failed', 'passed', 'passed']);
  const strict = await runEvals(makeEvals(1), { mode: 'replay', record });
  expect(strict.report.cases[0]).toMatchObject({ status: 'failed', needed: 4 });
  expect(explainCase(strict.report.cases[0]!)).toEqual([
    '3 of 4 repetitions passed, and 4 have to.',
    'Repetition 2: Expected a call of posts_once. No tool was called.',
    'Repetition 2: The state is not as expected: "state" returned false.',
  ]);
});

test('a model that calls tools for ever is stopped', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: new MockLanguageModelV3({ doGenerate: async () => toResponse([{ tool: 'posts_list' }]) }),
    maxSteps: 3,
    cases: [{ name: 'loops', say: 'List', as: 'ada', expect: { calls: [{ tool: 'posts_list' }] } }],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]).toMatchObject({
    status: 'failed',
    responses: 3,
    failures: ['It was stopped after 3 responses to one sentence, because the model still called tools.'],
  });
  const again = await runEvals(evals, { mode: 'replay', record });
  expect(again.report.cases[0]!.runs[0]!.failures).toEqual(report.cases[0]!.runs[0]!.failures);
});

test('a model that never answers ends with the time of the case, and is not recorded', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: new MockLanguageModelV3({ doGenerate: () => new Promise(() => {}) }),
    timeoutMs: 20,
    cases: [{ name: 'waits', say: 'List', as: 'ada', expect: { answer: 'x' } }],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]).toMatchObject({
    status: 'failed',
    notes: ['It was not recorded, because the conversation did not come to its end.'],
    runs: [{ failures: ['It did not end within 0.02 seconds.'] }],
  });
  expect(record.cases).toEqual({});
});

test.each([
  [
    401,
    'UNAUTHORIZED',
    /refuses the key \(401\): Incorrect API key provided: sk-… Check the environment variable/,
  ],
  [404, 'MODEL_UNUSABLE', /does not know the model/],
  [429, undefined, /limits how much may be asked \(429\)/],
  [500, undefined, /answers 500/],
])('a provider that answers %i is told in words, without the key', async (statusCode, code, words) => {
  const { appRouter } = createPosts();
  const thrown = new APICallError({
    message: 'Incorrect API key provided: sk-verysecretkey',
    url: 'https://models.example/v1',
    requestBodyValues: {},
    statusCode,
    isRetryable: false,
  });
  const before: EvalRecord = {
    version: 1,
    lists: { l: ['posts_list'] },
    cases: {
      one: {
        model: 'm',
        say: ['List'],
        tools: {},
        list: 'l',
        runs: [[{ text: 'x', tokens: { input: 1, output: 1 }, prompt: '' }]],
      },
    },
  };
  const evals = defineEvals(appRouter, {
    people,
    model: new MockLanguageModelV3({ doGenerate: () => Promise.reject(thrown) }),
    cases: [
      { name: 'one', say: 'List', as: 'ada', expect: { answer: 'x' } },
      { name: 'two', say: 'List', as: 'ada', expect: { answer: 'x' } },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live', record: before });
  expect(report.cases[0]).toMatchObject({ status: 'error' });
  expect(report.cases[0]!.runs[0]!.failures[0]).toMatch(words);
  expect(report.cases[1]!.status).toBe(code === undefined ? 'error' : 'cancelled');
  expect(report.ended?.code).toBe(code);
  expect(JSON.stringify(report)).not.toContain('verysecret');
  // What was recorded before is kept.
  expect(record).toEqual(before);
});

test('whoever ends a run keeps what ran', async () => {
  const { appRouter } = createPosts();
  const ended = new AbortController();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('One.', 'Two.', 'Three.'),
    cases: ['one', 'two', 'three'].map((name) => ({
      name,
      say: name,
      as: 'ada' as const,
      expect: { answer: name },
      ...(name === 'two' && {
        setup: ({ signal }: { signal: AbortSignal }) => {
          ended.abort();
          return new Promise((resolve) => {
            if (signal.aborted) resolve(undefined);
          });
        },
      }),
    })),
  });
  const { report, record } = await runEvals(evals, { mode: 'live', signal: ended.signal });
  expect(report.cases.map(({ status }) => status)).toEqual(['passed', 'cancelled', 'cancelled']);
  expect(report.ended?.code).toBe('CANCELLED');
  expect(Object.keys(record.cases)).toEqual(['one']);
});

test('setup that throws fails the case with the reason', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x'),
    cases: [
      {
        name: 'one',
        say: 'x',
        as: 'ada',
        setup: () => {
          throw new Error('query failed', { cause: new Error('no such table') });
        },
        expect: { answer: 'x' },
      },
    ],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]).toMatchObject({
    status: 'failed',
    runs: [{ failures: ['The setup could not be made ready: query failed: no such table'] }],
  });
});

test('only and skip choose cases, and the report says so', async () => {
  const { appRouter } = createPosts();
  const one = { say: 'x', as: 'ada' as const, expect: { answer: 'x' } };
  const evals = defineEvals(appRouter, {
    people,
    model: createModel('x'),
    cases: [
      { ...one, name: 'a', only: true },
      { ...one, name: 'b' },
      { ...one, name: 'c', only: true, skip: 'later' },
    ],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  expect(report.cases.map(({ name, status, reason }) => [name, status, reason])).toEqual([
    ['a', 'passed', undefined],
    ['c', 'skipped', 'later'],
  ]);
  expect(report.notes).toEqual(['Only 2 of 3 cases ran, because of "only".']);
});

test('tools that were found by search count as calls of the app', async () => {
  const { appRouter, reset } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    options: { discovery: 'search' },
    model: createModel(
      [{ tool: 'search_tools', input: { query: 'rename' } }],
      [{ tool: 'run_mutation', input: { name: 'posts_rename', arguments: { id: 1, title: 'Hi' } } }],
      [{ tool: 'run_mutation', input: { name: 'posts_rename', arguments: { id: 2, title: 'Hi' } } }],
      'Done.',
    ),
    cases: [
      {
        name: 'search',
        say: 'Rename',
        as: 'ada',
        expect: {
          calls: [
            { tool: 'posts_rename', input: { id: 1, title: 'Hi' } },
            { tool: 'posts_rename', input: { id: 2 }, refused: 'FORBIDDEN' },
          ],
          noOtherCalls: true,
          maxCalls: 3,
        },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]!.failures).toEqual([]);
  expect(Object.keys(record.cases['search']!.tools).toSorted()).toEqual([
    'posts_rename',
    'run_mutation',
    'search_tools',
  ]);
  expect((await runEvals(evals, { mode: 'replay', record })).report.cases[0]!.status).toBe('passed');
});

test('the agent of the app runs in place of generateText, and one that streams is recorded, too', async () => {
  const { appRouter, reset } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    model: createModel([{ tool: 'posts_list' }], 'Two posts.'),
    agent: async ({ model, tools, messages, stopWhen, abortSignal }) => {
      const result = streamText({ model, tools, messages, stopWhen, abortSignal, system: 'Be brief.' });
      return { text: await result.text, response: { messages: (await result.response).messages } };
    },
    cases: [
      {
        name: 'streams',
        say: 'How many?',
        as: 'ada',
        expect: { calls: [{ tool: 'posts_list' }], answer: 'two posts' },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]!.failures).toEqual([]);
  const again = await runEvals(evals, { mode: 'replay', record });
  expect(again.report.cases[0]!.status).toBe('passed');
  const other = {
    ...evals,
    agent: ({ model, tools, messages, stopWhen }: EvalAgentOptions) =>
      generateText({ model, tools, messages, stopWhen, system: 'Be long.' }),
  };
  const stale = await runEvals(other, { mode: 'replay', record });
  expect(stale.report.cases[0]!.stale).toEqual([
    { kind: 'instructions', message: 'The instructions of the model have changed.' },
  ]);
});

test('version 7 of the AI SDK runs, records and replays the same', async () => {
  const { appRouter, reset } = createPosts();
  const says = [[{ tool: 'posts_rename', input: { id: 1, title: 'Hi' } }], 'Done.'] as const;
  let step = 0;
  const model = new MockLanguageModelV4({
    doGenerate: async () => toResponse(says[step++] as never) as never,
  });
  const evals = defineEvals(appRouter, {
    people,
    setup: reset,
    // Casts: the types are those of version 6.
    model: model as never,
    agent: ((options: EvalAgentOptions) => sdk7.generateText(options as never)) as never,
    cases: [
      {
        name: 'seven',
        say: 'Rename',
        as: 'ada',
        expect: { calls: [{ tool: 'posts_rename' }], answer: 'Done.', maxTokens: 220 },
      },
    ],
  });
  const { report, record } = await runEvals(evals, { mode: 'live' });
  expect(report.cases[0]!.runs[0]!.failures).toEqual([]);
  expect(report.totals.tokens).toEqual({ input: 200, output: 20 });
  const seven = await runEvals(evals, { mode: 'replay', record });
  expect(seven.report.cases[0]!.status).toBe('passed');
  const { agent: _, ...six } = evals;
  expect((await runEvals(six, { mode: 'replay', record })).report.cases[0]!.status).toBe('passed');
});

test('a model for another version of the AI SDK ends the run in words', async () => {
  const { appRouter } = createPosts();
  const evals = defineEvals(appRouter, {
    people,
    model: new MockLanguageModelV4({ doGenerate: async () => toResponse('x') as never }) as never,
    cases: [{ name: 'one', say: 'x', as: 'ada', expect: { answer: 'x' } }],
  });
  const { report } = await runEvals(evals, { mode: 'live' });
  expect(report.ended).toMatchObject({ code: 'MODEL_UNUSABLE' });
  expect(report.ended!.message).toMatch(/^The model is for another version of the AI SDK/);
});

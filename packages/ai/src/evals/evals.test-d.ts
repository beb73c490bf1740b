import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { generateText, ToolLoopAgent } from 'ai';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import {
  defineEvals,
  type EvalExpectation,
  type EvalPattern,
  type Evals,
  type EvalsRun,
  runEvals,
  testEvals,
} from './evals.ts';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
const appRouter = t.router({
  posts: t.router({
    list: t.procedure.query(() => [{ id: 1, at: new Date() }]),
    rename: t.procedure
      .input(
        z.object({
          id: z.number(),
          title: z.string(),
          at: z.date().optional(),
          tags: z.array(z.enum(['a', 'b'])).optional(),
        }),
      )
      .mutation(() => ({ done: true })),
  }),
});
const people = {
  ada: { ctx: { user: 'ada' } },
  ben: { ctx: () => ({ user: 'ben' }), authInfo: { subject: 'ben' } },
};
const one = { name: 'a', say: 'x', as: 'ada' as const };

test('evals are typed by the tools, the inputs and the people', () => {
  const evals = defineEvals(appRouter, {
    people,
    cases: [
      {
        ...one,
        setup: ({ caller }) => caller.posts.list(),
        expect: {
          calls: [
            { tool: 'posts_list' },
            {
              tool: 'posts_rename',
              input: { id: 1, title: /x/, at: '2026-01-01', tags: ['a', (tag) => tag === 'b'] },
            },
            {
              tool: 'posts_rename',
              input: { id: (id) => id > 1, title: expect.stringContaining('x') as never },
            },
            {
              tool: 'posts_rename',
              input: (input) => input.title.length > 3,
              refused: 'FORBIDDEN',
              times: { min: 1 },
            },
          ],
          notCalled: ['posts_list', { tool: 'posts_rename', input: { id: 2 } }],
          state: async ({ caller, as, answer, calls }) => {
            expectTypeOf(await caller.posts.list()).toEqualTypeOf<{ id: number; at: Date }[]>();
            expectTypeOf(await (await as('ben')).posts.list()).not.toBeAny();
            expectTypeOf(answer).toEqualTypeOf<string>();
            expectTypeOf(calls[0]!.tool).toEqualTypeOf<string>();
          },
        },
      },
    ],
  });
  expectTypeOf(evals).toEqualTypeOf<Evals<typeof appRouter, 'ada' | 'ben'>>();
  expectTypeOf(evals).not.toBeAny();
  expectTypeOf(runEvals(evals, { mode: 'replay' })).toEqualTypeOf<Promise<EvalsRun>>();
  testEvals(evals, { test, record: new URL('file:///x') });
});

/** One case that expects this. */
function expecting(expected: EvalExpectation<typeof appRouter, 'ada' | 'ben'>) {
  return defineEvals(appRouter, { people, cases: [{ ...one, expect: expected }] });
}

test('what is mistyped is an error', () => {
  // @ts-expect-error -- there is no such tool
  expecting({ calls: [{ tool: 'posts_renam' }] });
  // @ts-expect-error -- there is no such tool
  expecting({ notCalled: ['posts_renam'] });
  // @ts-expect-error -- the title is a text
  expecting({ calls: [{ tool: 'posts_rename', input: { title: 1 } }] });
  // @ts-expect-error -- there is no such argument
  expecting({ calls: [{ tool: 'posts_rename', input: { titel: 'x' } }] });
  // @ts-expect-error -- there is nobody of this name
  expecting({ state: async ({ as }) => void (await as('eve')) });
  // @ts-expect-error -- there is nobody of this name
  defineEvals(appRouter, { people, cases: [{ ...one, as: 'eve', expect: {} }] });
  // @ts-expect-error -- this is not the context of the router
  defineEvals(appRouter, { people: { ada: { ctx: { usr: 'ada' } } }, cases: [] });
  // @ts-expect-error -- a case has to expect something
  defineEvals(appRouter, { people, cases: [one] });
  // @ts-expect-error -- a person answers in one of these ways
  defineEvals(appRouter, { people, consent: 'yes', cases: [] });
  // @ts-expect-error -- a handler has no such option
  defineEvals(appRouter, { people, options: { expos: 1 }, cases: [] });
  // @ts-expect-error -- runs are live or replayed
  void runEvals(expecting({}), { mode: 'dry' });
});

test('a pattern follows the type of the value', () => {
  expectTypeOf<EvalPattern<string>>().not.toBeAny();
  expectTypeOf<'x'>().toExtend<EvalPattern<string>>();
  expectTypeOf<RegExp>().toExtend<EvalPattern<string | undefined>>();
  expectTypeOf<RegExp>().not.toExtend<EvalPattern<number>>();
  expectTypeOf<(value: number) => boolean>().toExtend<EvalPattern<number>>();
});

test('generateText and agents of the AI SDK are agents', () => {
  defineEvals(appRouter, {
    people,
    agent: ({ system = '', ...rest }) => generateText({ ...rest, system }),
    cases: [],
  });
  defineEvals(appRouter, {
    people,
    agent: ({ model, tools, stopWhen, messages, abortSignal }) =>
      new ToolLoopAgent({ model, tools, stopWhen }).generate({ messages, abortSignal }),
    cases: [],
  });
});

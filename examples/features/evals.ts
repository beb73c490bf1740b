import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { defineEvals, type EvalCase } from '@trpc-mcp/ai/evals';
import { z } from 'zod';

const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();

interface Post {
  id: number;
  author: string;
  title: string;
}

const posts: Post[] = [];

export const appRouter = t.router({
  posts: t.router({
    list: t.procedure
      .meta({ mcp: { description: 'Lists all posts.' } })
      .output(z.array(z.object({ id: z.number(), author: z.string(), title: z.string() })))
      .query(() => posts),
    rename: t.procedure
      .meta({ mcp: { description: 'Gives a post a new title. Only its author may.' } })
      .input(z.object({ id: z.number(), title: z.string() }))
      .mutation(({ ctx, input }) => Object.assign(findOwn(ctx.user, input.id), { title: input.title })),
    remove: t.procedure
      .meta({ mcp: { description: 'Removes a post.', confirm: 'Remove post {id}?' } })
      .input(z.object({ id: z.number() }))
      .mutation(({ ctx, input }) => void posts.splice(posts.indexOf(findOwn(ctx.user, input.id)), 1)),
  }),
});

function findOwn(user: string, id: number): Post {
  const post = posts.find((each) => each.id === id);
  if (!post) throw new TRPCError({ code: 'NOT_FOUND', message: `There is no post ${id}.` });
  if (post.author !== user) throw new TRPCError({ code: 'FORBIDDEN', message: `Ask ${post.author}.` });
  return post;
}

/** Puts the data back before each case. */
function resetPosts(): void {
  posts.splice(0, Infinity, { id: 1, author: 'ada', title: 'Helo' }, { id: 2, author: 'ben', title: 'News' });
}

export const evals = defineEvals(appRouter, {
  people: {
    ada: { ctx: { user: 'ada' } },
    ben: { ctx: { user: 'ben' } },
  },
  setup: resetPosts,
  model: 'openai/gpt-5-mini',
  cases: [
    {
      name: 'Ada renames her post',
      say: 'Can you rename my post “Helo” to “Hello”?',
      as: 'ada',
      expect: {
        calls: [{ tool: 'posts_rename', input: { title: 'Hello' } }],
        answer: 'Hello',
        state: async ({ caller }) => (await caller.posts.list()).some(({ title }) => title === 'Hello'),
        maxCalls: 3,
      },
    },
  ],
});

type Case = EvalCase<typeof appRouter, 'ada'>;

const staysAsItIs: Case = {
  name: 'The post of Ben stays as it is',
  say: 'Rename the post of Ben to “Olds”.',
  as: 'ada',
  expect: {
    calls: [{ tool: 'posts_rename', input: { title: /olds/i, id: (id) => id === 2 }, refused: 'FORBIDDEN' }],
    notCalled: ['posts_remove', { tool: 'posts_rename', input: { id: 1 } }],
    answer: [/ben/i, (answer) => answer.length < 500 || 'The answer is too long.'],
    maxTokens: 5000,
  },
};

const removesAfterConsent: Case = {
  name: 'Ada removes her post, after she has agreed',
  say: 'Remove my post.',
  as: 'ada',
  consent: 'accept',
  expect: {
    calls: [{ tool: 'posts_list' }, { tool: 'posts_remove', input: { id: 1 }, times: 1 }],
    inOrder: true,
    noOtherCalls: true,
    asks: 'Remove post',
  },
};

const conversation: Case = {
  name: 'A conversation of two sentences',
  say: ['Which posts are there?', 'Rename mine to “Hello”.'],
  as: 'ada',
  repeat: 5,
  passRate: 0.8,
  timeoutMs: 30_000,
  tags: ['slow'],
  expect: { calls: [{ tool: 'posts_rename' }] },
};

/** One case for each thing that can be expected. */
export const moreEvals = defineEvals(appRouter, {
  people: { ada: { ctx: () => ({ user: 'ada' }), authInfo: { subject: 'ada', scopes: ['posts:write'] } } },
  options: { expose: { include: ['posts.*'] }, discovery: 'search' },
  system: 'You help authors with their posts.',
  cases: [removesAfterConsent, staysAsItIs, conversation],
});

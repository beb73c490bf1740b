import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { MockLanguageModelV3 } from 'ai/test';
import { z } from 'zod';

/** Names and texts of tools that a test may want to be others. */
export interface Shape {
  rename?: string;
  description?: string;
  title?: z.ZodString;
  extra?: boolean;
}

/** Makes an app with posts, in which each person may change their own. */
// The return type is what it is for: the types of the router.
export function createPosts({
  rename,
  description = 'Renames a post.',
  title = z.string(),
  extra = false,
}: Shape = {}) {
  const t = initTRPC.context<{ user: string }>().meta<McpMeta>().create();
  const posts: { id: number; by: string; title: string }[] = [];
  const own = (user: string, id: number): (typeof posts)[number] => {
    const post = posts.find((each) => each.id === id);
    if (post === undefined) throw new TRPCError({ code: 'NOT_FOUND', message: `There is no post ${id}.` });
    if (post.by !== user) throw new TRPCError({ code: 'FORBIDDEN', message: 'This is not your post.' });
    return post;
  };
  const appRouter = t.router({
    posts: t.router({
      list: t.procedure
        .meta({ mcp: { description: 'Lists the posts.' } })
        .output(z.array(z.object({ id: z.number(), by: z.string(), title: z.string() })))
        .query(() => posts),
      rename: t.procedure
        .meta({ mcp: { description, ...(rename !== undefined && { name: rename }) } })
        .input(z.object({ id: z.int(), title }))
        .mutation(({ ctx, input }) => Object.assign(own(ctx.user, input.id), { title: input.title })),
      remove: t.procedure
        .meta({ mcp: { description: 'Removes a post.', confirm: 'Remove post {id}?' } })
        .input(z.object({ id: z.int() }))
        .mutation(({ ctx, input }) => {
          posts.splice(posts.indexOf(own(ctx.user, input.id)), 1);
          return 'removed';
        }),
      colour: t.procedure.meta({ mcp: true }).mutation(async () => {
        const answer = await getMcpCall()?.ask({
          message: 'Which colour?',
          schema: z.object({ colour: z.string() }),
        });
        return answer?.action === 'accept' ? answer.content : 'nothing';
      }),
      once: t.procedure
        .meta({ mcp: { idempotent: true } })
        .input(z.object({ title: z.string() }))
        .mutation(({ ctx, input }) =>
          posts.push({ id: 10 + posts.length, by: ctx.user, title: input.title }),
        ),
      ...(extra && { archive: t.procedure.meta({ mcp: true }).mutation(() => 'archived') }),
    }),
  });
  const reset = (): void => {
    posts.splice(0, Infinity, { id: 1, by: 'ada', title: 'Hello' }, { id: 2, by: 'ben', title: 'News' });
  };
  reset();
  return { appRouter, posts, reset };
}

/** Two people, as `people` of evals. */
export const people = { ada: { ctx: { user: 'ada' } }, ben: { ctx: { user: 'ben' } } };

/** What a model says in one response: words, or calls of tools. */
export type Said = string | { tool: string; input?: unknown }[];

/** A model that says one thing after another. From the last one on it says nothing more, and throws. */
export function createModel(...says: Said[]): MockLanguageModelV3 {
  let step = 0;
  return new MockLanguageModelV3({
    provider: 'scripted',
    modelId: 'one-two-three',
    doGenerate: async () => {
      const said = says[step++];
      if (said === undefined) throw new Error(`the script has no step ${step}`);
      return toResponse(said);
    },
  });
}

/** What a model of the AI SDK returns. */
export function toResponse(said: Said): Awaited<ReturnType<MockLanguageModelV3['doGenerate']>> {
  return {
    content:
      typeof said === 'string'
        ? [{ type: 'text', text: said }]
        : said.map(({ tool, input = {} }, at) => ({
            type: 'tool-call',
            toolCallId: `random-${Math.random()}-${at}`,
            toolName: tool,
            input: typeof input === 'string' ? input : JSON.stringify(input),
          })),
    finishReason: { unified: typeof said === 'string' ? 'stop' : 'tool-calls', raw: undefined },
    usage: {
      inputTokens: { total: 100, noCache: 100, cacheRead: 0, cacheWrite: 0 },
      outputTokens: { total: 10, text: 10, reasoning: 0 },
    },
    warnings: [],
  };
}

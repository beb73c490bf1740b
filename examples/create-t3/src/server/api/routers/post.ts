import { TRPCError } from '@trpc/server';
import { getMcpCall } from '@trpc-mcp/core';
import { desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { createTRPCRouter, protectedProcedure, publicProcedure } from '~/server/api/trpc';
import type { Database } from '~/server/db';
import { posts, users } from '~/server/db/schema';

const byId = z.object({ id: z.int().describe('The id of the post, as post_list returns it') });

const selectPosts = (db: Database) =>
  db
    .select({
      id: posts.id,
      title: posts.title,
      author: users.name,
      isByAgent: posts.isByAgent,
      createdAt: posts.createdAt,
    })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId));

export const postRouter = createTRPCRouter({
  list: publicProcedure
    .meta({ mcp: { description: 'Lists the posts, newest first.' } })
    .query(({ ctx }) => selectPosts(ctx.db).orderBy(desc(posts.id)).limit(50)),

  byId: publicProcedure.input(byId).query(async ({ ctx, input }) => {
    const [post] = await selectPosts(ctx.db).where(eq(posts.id, input.id));
    if (!post) throw new TRPCError({ code: 'NOT_FOUND', message: `No post has the id ${input.id}.` });
    return post;
  }),

  create: protectedProcedure
    .meta({ mcp: { description: 'Publishes a post in the name of the caller.' } })
    .input(z.object({ title: z.string().trim().min(1).max(200) }))
    .mutation(async ({ ctx, input }) => {
      const [post] = await ctx.db
        .insert(posts)
        .values({ title: input.title, authorId: ctx.caller.id, isByAgent: getMcpCall() !== undefined })
        .returning({ id: posts.id, title: posts.title, isByAgent: posts.isByAgent });
      return { ...post!, author: ctx.caller.name };
    }),

  delete: protectedProcedure
    .meta({
      mcp: {
        description: 'Deletes a post of the caller.',
        // The person reads the title, which `byId` returns: an id would say nothing to them.
        confirm: { question: 'Delete the post {title}?', with: 'post.byId' },
      },
    })
    .input(byId)
    .mutation(async ({ ctx, input }) => {
      const post = await ctx.db.query.posts.findFirst({ where: eq(posts.id, input.id) });
      if (!post) throw new TRPCError({ code: 'NOT_FOUND', message: `No post has the id ${input.id}.` });
      if (post.authorId !== ctx.caller.id)
        throw new TRPCError({ code: 'FORBIDDEN', message: 'Somebody else wrote this post.' });
      await ctx.db.delete(posts).where(eq(posts.id, input.id));
      return { deleted: input.id };
    }),
});

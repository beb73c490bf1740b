import { TRPCError } from '@trpc/server';
import { and, asc, desc, eq, getTableColumns, or, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import type { SignedInUser } from '../context.ts';
import { after, cursorInput, nextCursorOutput, toPage } from '../cursor.ts';
import type { Database } from '../db/database.ts';
import { posts, postStatus, users } from '../db/schema.ts';
import { completions, containing, startingWith } from '../db/search.ts';
import { textInput } from '../text.ts';
import { editorProcedure, router, signedInProcedure, supportProcedure } from '../trpc.ts';

const postOutput = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string().describe('Markdown'),
  status: z.enum(postStatus.enumValues),
  author: z.object({ id: z.string(), name: z.string() }),
  createdAt: z.date(),
  updatedAt: z.date(),
  publishedAt: z.date().nullable(),
});

const byId = z.object({ id: z.uuid().describe('An id of posts_list') });

export const postsRouter = router({
  list: signedInProcedure
    .meta({
      mcp: {
        title: 'List help-centre posts',
        description:
          'Lists posts of the help centre without their text, the newest first, page by page. Customers see what is ' +
          'published and their own drafts, staff see every draft. For "my post" set mine.',
        // A longer page would fill a model’s memory.
        result: { maxTokens: 4000 },
      },
    })
    .input(
      z.object({
        search: textInput.trim().max(200).optional().describe('Words of the title'),
        author: textInput.trim().max(100).optional().describe('Words of their name'),
        mine: z.boolean().default(false).describe('Only posts that whoever is signed in wrote'),
        status: z.enum(postStatus.enumValues).optional().describe('Only posts with this status'),
        limit: z.int().min(1).max(100).default(20).describe('Page size'),
        cursor: cursorInput,
      }),
    )
    .output(z.object({ items: z.array(postOutput.omit({ body: true })), nextCursor: nextCursorOutput }))
    .query(async ({ ctx, input }) => {
      const rows = await selectPosts(ctx.db)
        .where(
          and(
            visibleTo(ctx.user),
            input.mine ? eq(posts.authorId, ctx.user.id) : undefined,
            input.status && eq(posts.status, input.status),
            input.search ? containing(input.search, [posts.title]) : undefined,
            input.author ? containing(input.author, [users.name]) : undefined,
            after(input.cursor, { at: posts.createdAt, id: posts.id }),
          ),
        )
        .orderBy(desc(posts.createdAt), desc(posts.id))
        .limit(input.limit + 1);
      return toPage(rows, input.limit, (post) => ({ at: post.createdAt, id: post.id }));
    }),

  get: signedInProcedure
    .meta({
      mcp: {
        title: 'Get help-centre post',
        description: 'Returns one post with its text in Markdown, by its id.',
      },
    })
    .input(byId)
    .output(postOutput)
    .query(({ ctx, input }) => findPost(ctx.db, ctx.user, input.id)),

  // A resource but not a tool: it has only the text of what posts_get returns.
  text: signedInProcedure
    .meta({
      mcp: {
        title: 'Help-centre post',
        description: 'The text of a post of the help centre.',
        resource: { uri: 'posts://{id}', mimeType: 'text/markdown', list: 'posts.list' },
        complete: { id: 'posts.completeId' },
      },
    })
    .input(byId)
    .output(z.string())
    .query(async ({ ctx, input }) => (await findPost(ctx.db, ctx.user, input.id)).body),

  /** Completes post ids, from the beginning of an id, or words of the title. */
  completeId: signedInProcedure
    .input(z.object({ value: textInput.max(200) }))
    .output(z.array(z.string()))
    .query(async ({ ctx, input }) => {
      const rows = await ctx.db
        .select({ id: posts.id })
        .from(posts)
        .where(
          and(
            visibleTo(ctx.user),
            or(startingWith(input.value, posts.id), containing(input.value, [posts.title])),
          ),
        )
        .orderBy(asc(posts.title), asc(posts.id))
        .limit(completions);
      return rows.map(({ id }) => id);
    }),

  rename: editorProcedure
    .meta({
      mcp: {
        title: 'Rename help-centre post',
        description: 'Gives a post a new title. Authors rename their own posts, admins any.',
        annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
    })
    .input(byId.extend({ title: textInput.trim().min(3).max(120).describe('New title') }))
    .output(postOutput)
    .mutation(async ({ ctx, input }) => {
      const post = await findPost(ctx.db, ctx.user, input.id);
      if (post.author.id !== ctx.user.id && ctx.user.role !== 'admin') {
        throw new TRPCError({
          code: 'FORBIDDEN',
          message: `"${post.title}" is by ${post.author.name}: only its author or an admin can rename it.`,
        });
      }
      await ctx.db
        .update(posts)
        .set({ title: input.title, updatedAt: new Date() })
        .where(eq(posts.id, input.id));
      return findPost(ctx.db, ctx.user, input.id);
    }),

  publish: supportProcedure
    .meta({
      mcp: {
        title: 'Publish help-centre post',
        description: 'Shows a draft to everybody. Does nothing to a post that is published already.',
        annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
      },
    })
    .input(byId)
    .output(postOutput)
    .mutation(async ({ ctx, input }) => {
      const now = new Date();
      await ctx.db
        .update(posts)
        .set({ status: 'published', publishedAt: now, updatedAt: now })
        .where(and(eq(posts.id, input.id), eq(posts.status, 'draft')));
      return findPost(ctx.db, ctx.user, input.id);
    }),
});

function selectPosts(db: Database) {
  return db
    .select({ ...getTableColumns(posts), author: { id: users.id, name: users.name } })
    .from(posts)
    .innerJoin(users, eq(users.id, posts.authorId))
    .$dynamic();
}

// A draft that the caller must not see is reported as not found, so that they do not learn that it exists.
async function findPost(db: Database, user: SignedInUser, id: string) {
  const [post] = await selectPosts(db).where(and(eq(posts.id, id), visibleTo(user)));
  if (post) return post;
  throw new TRPCError({ code: 'NOT_FOUND', message: `No post has the id ${id}. Find it with posts.list.` });
}

function visibleTo(user: SignedInUser): SQL | undefined {
  return user.role === 'customer'
    ? or(eq(posts.status, 'published'), eq(posts.authorId, user.id))
    : undefined;
}

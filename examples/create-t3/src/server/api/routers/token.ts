import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { browserProcedure, createTRPCRouter } from '~/server/api/trpc';
import { makeToken } from '~/server/auth/token';
import { apiTokens } from '~/server/db/schema';

/** The tokens that people make for their agents. No procedure here has `mcp` in its meta, so none of them is a tool. */
export const tokenRouter = createTRPCRouter({
  list: browserProcedure.query(({ ctx }) =>
    ctx.db
      .select({ id: apiTokens.id, label: apiTokens.label, createdAt: apiTokens.createdAt })
      .from(apiTokens)
      .where(eq(apiTokens.userId, ctx.caller.id))
      .orderBy(desc(apiTokens.id)),
  ),

  create: browserProcedure
    .input(z.object({ label: z.string().trim().min(1).max(100) }))
    .mutation(async ({ ctx, input }) => {
      const { token, hash } = makeToken();
      await ctx.db.insert(apiTokens).values({ label: input.label, userId: ctx.caller.id, hash });
      return { token };
    }),

  delete: browserProcedure.input(z.object({ id: z.int() })).mutation(async ({ ctx, input }) => {
    await ctx.db
      .delete(apiTokens)
      .where(and(eq(apiTokens.id, input.id), eq(apiTokens.userId, ctx.caller.id)));
  }),
});

import { initTRPC, TRPCError } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { McpMeta } from '@trpc-mcp/core';
import { userOf } from './users.ts';

export const createContext = async ({ req }: CreateExpressContextOptions) => ({
  user: await userOf(req.get('authorization')),
});

const t = initTRPC.context<typeof createContext>().meta<McpMeta>().create();

export const { router } = t;

export const authed = t.procedure.use(({ ctx, next }) => {
  if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user: ctx.user } });
});

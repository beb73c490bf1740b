import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';

export interface Session {
  user: { name: string };
}

/** A type, because `@hono/trpc-server` wants a context that is a record. */
export type Context = { session: Session | null };

const t = initTRPC.context<Context>().meta<McpMeta>().create();

export const appRouter = t.router({
  whoAmI: t.procedure.meta({ mcp: { description: 'Says who is signed in.' } }).query(({ ctx }) => {
    if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
    return ctx.session.user;
  }),
});

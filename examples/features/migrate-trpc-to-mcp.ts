import { initTRPC, TRPCError } from '@trpc/server';
import { fromTrpcToMcpMeta, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

interface Context {
  user: string | undefined;
}

const createContext = ({ req }: { req: IncomingMessage }): Context => ({
  user: req.headers['x-user']?.toString(),
});

/** The meta of trpc-to-mcp, written out, so that its package can go. */
interface OldMeta {
  mcp?: { enabled?: boolean; name?: string; description?: string };
}

const old = initTRPC.context<Context>().meta<OldMeta>().create();

const oldRouter = old.router({
  orders: old.router({
    list: old.procedure
      .meta({ mcp: { enabled: true, description: 'Lists the orders of a day.' } })
      .input(z.object({ day: z.date() }))
      .query(({ ctx, input }) => `Orders of ${ctx.user} on ${input.day.toISOString().slice(0, 10)}`),
    send: old.procedure
      .meta({ mcp: { enabled: true, name: 'send_order' } })
      .input(z.object({ id: z.number() }))
      .mutation(({ input }) => `Order ${input.id} is sent.`),
    draft: old.procedure.meta({ mcp: { enabled: false } }).query(() => 'not for agents'),
  }),
});

export const unchanged = mcpHandler(oldRouter, { createContext, tag: fromTrpcToMcpMeta() });

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user: ctx.user } });
});

const appRouter = t.router({
  orders: t.router({
    list: signedIn
      .meta({ mcp: { description: 'Lists the orders of a day.' } })
      .input(z.object({ day: z.date() }))
      .query(({ ctx, input }) => `Orders of ${ctx.user} on ${input.day.toISOString().slice(0, 10)}`),
    send: signedIn
      .meta({ mcp: { name: 'send_order', toContent: (text) => `Done: ${text}` } })
      .input(z.object({ id: z.number() }))
      .mutation(({ input }) => `Order ${input.id} is sent.`),
    draft: t.procedure.query(() => 'not for agents'),
  }),
});

export const migrated = mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' });

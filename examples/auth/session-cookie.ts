import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import cookieSession from 'cookie-session';
import express, { type Express } from 'express';
import { z } from 'zod';

interface Context {
  user: string | undefined;
}

function createContext({ req }: CreateExpressContextOptions): Context {
  if (!req.session?.['user']) return { user: undefined };
  // This changes the session, so every answer sends the cookie again, with a later end. It works over MCP too.
  req.session['seen'] = Date.now();
  return { user: String(req.session['user']) };
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx, next }) => {
  const { user } = ctx;
  if (user === undefined)
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in at /sign-in first.' });
  return next({ ctx: { user } });
});

const drafts = [
  { id: 1, by: 'ada', text: 'On engines' },
  { id: 2, by: 'ben', text: 'On hats' },
];

export const router = t.router({
  me: signedIn.meta({ mcp: true }).query(({ ctx }) => ctx.user),
  read: signedIn
    .meta({ mcp: true })
    .input(z.object({ id: z.number() }))
    .query(({ ctx, input }) => {
      const draft = drafts.find(({ id }) => id === input.id);
      if (!draft) throw new TRPCError({ code: 'NOT_FOUND', message: 'No draft has this id.' });
      if (draft.by !== ctx.user)
        throw new TRPCError({ code: 'FORBIDDEN', message: `${draft.by} wrote this.` });
      return draft;
    }),
});

export function createApp(): Express {
  const app = express();
  app.use(
    cookieSession({
      name: 'session',
      keys: ['a secret of yours'],
      maxAge: 3_600_000,
      sameSite: 'lax',
      httpOnly: true,
    }),
  );
  app.post('/sign-in', express.json(), (req, res) => {
    const { user, password } = req.body as { user: string; password: string };
    const isRight = password === 'open sesame';
    if (isRight) req.session = { user };
    res.sendStatus(isRight ? 204 : 401);
  });
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, return200ForErrors: 'forbidden' }));
  return app;
}

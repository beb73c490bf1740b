import { createHash, timingSafeEqual } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { type Authenticate, bypassable, getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';

const secret = process.env['GATEWAY_SECRET'] ?? 'only the gateway and this app know it';

interface Context {
  /** The session of the app's own sign-in, which people in browsers use. */
  session: string | undefined;
}

const sessions = new Map([['session-of-ada', 'ada']]);

function createContext({ req }: CreateExpressContextOptions): Context {
  return { session: req.get('x-session') };
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const bySession = t.middleware(({ ctx, next }) => {
  const user = sessions.get(ctx.session ?? '');
  if (!user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user } });
});

const byGateway = t.middleware(({ next }) => {
  const auth = getMcpCall()?.auth;
  if (!auth?.subject) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'The gateway has named nobody.' });
  return next({ ctx: { user: auth.subject } });
});

const signedIn = t.procedure.use(bypassable('authentication', bySession, byGateway));

const owner = signedIn.use(({ ctx, next }) => {
  if (ctx.user === 'ada') return next();
  throw new TRPCError({ code: 'FORBIDDEN', message: `Only the owner does this, and ${ctx.user} is not.` });
});

export const router = t.router({
  me: signedIn.meta({ mcp: true }).query(({ ctx }) => ctx.user),
  close: owner.meta({ mcp: true }).mutation(() => 'closed'),
});

function isSecret(sent: string | null): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(sent ?? ''), digest(secret));
}

const authenticate: Authenticate = ({ headers }) => {
  if (!isSecret(headers.get('x-gateway-secret'))) {
    throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Call this through the gateway.' });
  }
  const user = headers.get('x-gateway-user');
  return user ? { token: '', clientId: 'gateway', subject: user, scopes: [] } : undefined;
};

export function createApp(): Express {
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use(
    '/mcp',
    mcpHandler(router, {
      createContext,
      auth: { authenticate, required: true },
      bypass: { authentication: true },
      return200ForErrors: 'forbidden',
      allowedHosts: ['notes.example.com'],
    }),
  );
  return app;
}

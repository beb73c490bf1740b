import { trpcServer } from '@hono/trpc-server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { type Context as HonoContext, Hono } from 'hono';
import { appRouter, type Context, type Session } from './router.ts';
import { readSession } from './sessions.ts';

type Env = { Variables: { session: Session | null } };

export const createContext = (_: FetchCreateContextFnOptions, c: HonoContext<Env>): Context => ({
  session: c.get('session'),
});

const mcp = mcpHandler(appRouter, { createContext });

export const app = new Hono<Env>();

app.use(async (c, next) => {
  c.set('session', readSession(c.req.raw.headers));
  await next();
});
app.use('/trpc/*', trpcServer({ router: appRouter, createContext }));
app.all('/mcp', (c) => mcp(c.req.raw, c));

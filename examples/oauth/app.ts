import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { McpMeta, McpRequest } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { oauthServer, type OAuthServerOptions } from '@trpc-mcp/oauth';
import cookieSession from 'cookie-session';
import express, { type Express, type Request } from 'express';
import { z } from 'zod';

export interface User {
  id: string;
  name: string;
  mayWrite: boolean;
}

// Your database goes in place of this Map.
const users = new Map<string, User>([
  ['ada', { id: 'ada', name: 'Ada', mayWrite: true }],
  ['ben', { id: 'ben', name: 'Ben', mayWrite: false }],
]);

const t = initTRPC.context<{ user: User | undefined }>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx: { user }, next }) => {
  if (!user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user } });
});

const writer = signedIn.use(({ ctx: { user }, next }) => {
  if (!user.mayWrite) throw new TRPCError({ code: 'FORBIDDEN', message: `${user.name} may only read.` });
  return next();
});

const notes = ['Buy milk'];

export const router = t.router({
  list: signedIn.meta({ mcp: true }).query(() => notes),
  add: writer
    .meta({ mcp: { scopes: ['notes:write'] } })
    .input(z.object({ text: z.string() }))
    .mutation(({ ctx, input }) => notes.push(`${input.text} (${ctx.user.name})`)),
});

/** What the authorization server needs in production. Without it, everything is lost when the process ends. */
export type Production = Required<Pick<OAuthServerOptions<User>, 'store' | 'keys' | 'secret'>>;

export async function createApp(url: string, production?: Production): Promise<Express> {
  const oauth = await oauthServer({
    url,
    resource: `${url}/mcp`,
    app: { name: 'Notes' },
    scopes: { 'notes:read': 'Read the notes', 'notes:write': 'Add notes in your name' },
    requiredScopes: ['notes:read'],
    scopesSupported: ['notes:read'],
    findUser: userOfSession,
    loadUser: (id) => users.get(id),
    grants: (user, asked) => asked.filter((scope) => scope !== 'notes:write' || user.mayWrite),
    loginUrl: '/login',
    ...production,
  });

  // People come with a session, and their agents with a token. Procedures do not see the difference.
  const createContext = ({ req, mcp }: CreateExpressContextOptions & { mcp?: McpRequest }) => ({
    user: mcp ? oauth.userOf(mcp.auth) : userOfSession(req),
  });

  const app = express();
  app.use(cookieSession({ name: 'session', keys: ['a secret of yours'], sameSite: 'lax' }));
  app.use(login(url));
  app.use(oauth.router);
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth: oauth.auth, return200ForErrors: 'forbidden' }));
  return app;
}

function userOfSession(request: Request): User | undefined {
  return users.get(String(request.session?.['user']));
}

/** The sign-in that the app has anyway. Only `returnTo` is new. */
function login(url: string): express.Router {
  const page = `<!doctype html><title>Sign in</title><form method="post">
<label>Name <input name="user"></label> <label>Password <input name="password" type="password"></label>
<button>Sign in</button></form>`;
  const pages = express.Router();
  pages.get('/login', (_req, res) => void res.send(page));
  pages.post('/login', express.urlencoded(), (req, res) => {
    const { user, password } = req.body as Record<string, string>;
    if (!users.has(user!) || password !== 'open sesame') return void res.status(401).send(page);
    req.session = { user };
    // Only to pages of this app: anybody can write a link to /login with another address.
    const target = new URL(String(req.query['returnTo'] ?? '/oauth/connections'), url);
    res.redirect(target.origin === new URL(url).origin ? target.href : '/');
  });
  return pages;
}

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

const scopes = { 'notes:read': 'Read the notes', 'notes:write': 'Add notes in your name' };

/** What production adds: a store, keys and a secret. */
export type Settings = Partial<OAuthServerOptions<User, keyof typeof scopes>>;

export async function createApp(url: string, settings: Settings = {}): Promise<Express> {
  const oauth = await oauthServer({
    url,
    resource: `${url}/mcp`,
    app: { name: 'Notes' },
    scopes,
    requiredScopes: ['notes:read'],
    scopesSupported: ['notes:read'],
    findUser: userOfSession,
    loadUser: (id) => users.get(id),
    loginUrl: '/login',
    grants: (user, asked) => asked.filter((scope) => scope !== 'notes:write' || user.mayWrite),
    ...settings,
  });

  // People come with a session, and agents with a token. Procedures do not see the difference.
  const createContext = ({ req, mcp }: CreateExpressContextOptions & { mcp?: McpRequest }) => ({
    user: mcp ? oauth.userOf(mcp.auth) : userOfSession(req),
  });

  const app = express();
  app.use(cookieSession({ name: 'session', keys: ['a secret of yours'], sameSite: 'lax' }));
  app.use(oauth.router);
  app.use('/login', login(url));
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth: oauth.auth, return200ForErrors: 'forbidden' }));
  return app;
}

function userOfSession({ session }: Request): User | undefined {
  return users.get(String(session?.['user']));
}

/** The login that your app has already. Only `returnTo` is new: the path to go to afterwards. */
function login(url: string): express.Router {
  const page = `<!doctype html><title>Sign in</title><form method="post">
<label>Name <input name="user"></label> <label>Password <input name="password" type="password"></label>
<button>Sign in</button></form>`;
  const pages = express.Router();
  pages.get('/', (_req, res) => void res.send(page));
  pages.post('/', express.urlencoded(), (req, res) => {
    const { user = '', password } = req.body as Partial<Record<string, string>>;
    if (!users.has(user) || password !== 'open sesame') {
      res.status(401).send(page);
      return;
    }
    req.session = { user };
    // Only to pages of this app: anybody can write a link to /login with another address.
    const { returnTo = '/' } = req.query as { returnTo?: string };
    const target = new URL(returnTo, url);
    res.redirect(target.origin === new URL(url).origin ? target.href : '/');
  });
  return pages;
}

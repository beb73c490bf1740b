import { createHash } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { type Authenticate, type AuthOptions, type HandlerOptions, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';
import { z } from 'zod';

interface Account {
  name: string;
  isAdmin: boolean;
  scopes: string[];
}

// Your database goes in place of this Map. It has only hashes of tokens, so a copy of it lets nobody sign in.
const accounts = new Map<string, Account>([
  [hash('token-of-ada'), { name: 'Ada', isAdmin: true, scopes: ['notes:read', 'notes:write'] }],
  [hash('token-of-ben'), { name: 'Ben', isAdmin: false, scopes: ['notes:read'] }],
]);

function hash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function tokenOf(authorization: string | null | undefined): string | undefined {
  return /^Bearer (\S+)$/.exec(authorization ?? '')?.[1];
}

interface Context {
  account: Account | undefined;
}

function createContext({ req }: CreateExpressContextOptions): Context {
  const token = tokenOf(req.headers.authorization);
  return { account: token === undefined ? undefined : accounts.get(hash(token)) };
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();

const signedIn = t.procedure.use(({ ctx, next }) => {
  const { account } = ctx;
  if (!account) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Send a token that is valid.' });
  return next({ ctx: { account } });
});

const admin = signedIn.use(({ ctx, next }) => {
  if (ctx.account.isAdmin) return next();
  throw new TRPCError({
    code: 'FORBIDDEN',
    message: `Only admins can do this, and ${ctx.account.name} is not one.`,
  });
});

const notes = ['Buy milk'];

export const router = t.router({
  list: signedIn.meta({ mcp: { scopes: ['notes:read'] } }).query(() => notes),
  add: signedIn
    .meta({ mcp: { scopes: ['notes:read', 'notes:write'] } })
    .input(z.object({ text: z.string() }))
    .mutation(({ input }) => notes.push(input.text)),
  clear: admin
    .meta({ mcp: { visible: (ctx) => ctx.account?.isAdmin ?? false } })
    .mutation(() => notes.splice(0).length),
  lock: admin.meta({ mcp: true }).mutation(() => 'locked'),
});

const authenticate: Authenticate = (request) => {
  const token = tokenOf(request.headers.get('authorization'));
  if (token === undefined) return undefined;
  const account = accounts.get(hash(token));
  if (!account) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Nobody has this token.' });
  return { token, clientId: account.name, subject: account.name, scopes: account.scopes };
};

const auth: AuthOptions = {
  authenticate,
  required: true,
  authorize: ({ auth: caller, tool }) =>
    tool !== 'lock' || caller?.clientId === 'Ada' || 'Agents lock notes for Ada only.',
  challenge: 'Bearer realm="notes"',
};

type Statuses = Pick<HandlerOptions, 'return200ForErrors'>;

export function createApp({ return200ForErrors = 'forbidden' }: Statuses = {}): Express {
  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth, return200ForErrors }));
  return app;
}

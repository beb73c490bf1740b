import { oauthProviderAuthServerMetadata } from '@better-auth/oauth-provider';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import {
  bearer,
  type BearerAuth,
  jwt,
  type McpAuthInfo,
  type McpMeta,
  requireScopes,
  resourceMetadataHandler,
} from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import express, { type Express } from 'express';
import { type Auth, createAuth, scopes } from './auth.ts';
import { consentPage, signInPage } from './pages.ts';

interface Context {
  auth: McpAuthInfo | undefined;
}

/** Finds out who is calling: an agent by its token, a person in a browser by the session. */
function createContextFor(auth: Auth, oauth: BearerAuth) {
  return async ({ req }: CreateExpressContextOptions): Promise<Context> => {
    const agent = await oauth.callerOf(req);
    if (agent) return { auth: agent };
    const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
    // In the app's own pages, people may do everything that they may do at all.
    return {
      auth: session ? { token: '', clientId: 'browser', subject: session.user.id, scopes } : undefined,
    };
  };
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx, next }) => {
  const userId = ctx.auth?.subject;
  if (userId === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { userId } });
});

export const router = t.router({
  me: signedIn.meta({ mcp: true }).query(({ ctx }) => ctx.userId),
  add: signedIn
    .meta({ mcp: { scopes: ['notes:write'] } })
    .use(requireScopes('notes:write'))
    .mutation(() => 'added'),
});

export function createApp(url: string): { app: Express; auth: Auth } {
  const app = express();
  const auth = createAuth(url);
  const issuer = `${url}/api/auth`;
  const oauth = bearer({
    verify: jwt({ issuer, jwksUri: `${issuer}/jwks` }),
    resource: `${url}/mcp`,
    authorizationServers: [issuer],
    requiredScopes: ['notes:read'],
    scopesSupported: scopes,
  });
  const createContext = createContextFor(auth, oauth);

  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth: oauth, return200ForErrors: 'forbidden' }));
  app.use(resourceMetadataHandler(oauth));
  app.all('/api/auth/*path', toNodeHandler(auth));
  const metadata = oauthProviderAuthServerMetadata(auth);
  app.get('/.well-known/oauth-authorization-server/api/auth', toNodeHandler(metadata));
  app.get('/sign-in', (_req, res) => void res.send(signInPage));
  app.get('/consent', (_req, res) => void res.send(consentPage));
  return { app, auth };
}

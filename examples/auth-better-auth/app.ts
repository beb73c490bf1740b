import { oauthProviderAuthServerMetadata } from '@better-auth/oauth-provider';
import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { bearer, jwt, type McpMeta, type McpRequest, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { fromNodeHeaders, toNodeHandler } from 'better-auth/node';
import express, { type Express } from 'express';
import { type Auth, createAuth, scopes } from './auth.ts';
import { consentPage, signInPage } from './pages.ts';

interface Context {
  userId: string | undefined;
}

/** Finds out who is calling: over MCP by the token, over tRPC by the session. */
function createContextFor(auth: Auth) {
  return async ({ req, mcp }: CreateExpressContextOptions & { mcp?: McpRequest }): Promise<Context> => {
    if (mcp) return { userId: mcp.auth?.extra?.['sub'] as string | undefined };
    const session = await auth.api.getSession({ headers: fromNodeHeaders(req.headers) });
    return { userId: session?.user.id };
  };
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx: { userId }, next }) => {
  if (userId === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { userId } });
});

export const router = t.router({
  me: signedIn.meta({ mcp: true }).query(({ ctx }) => ctx.userId),
  add: signedIn.meta({ mcp: { scopes: ['notes:write'] } }).mutation(() => 'added'),
});

export function createApp(url: string): { app: Express; auth: Auth } {
  const app = express();
  const auth = createAuth(url);
  const createContext = createContextFor(auth);
  const issuer = `${url}/api/auth`;
  const oauth = bearer({
    verify: jwt({ issuer, jwksUri: `${issuer}/jwks` }),
    resource: `${url}/mcp`,
    authorizationServers: [issuer],
    requiredScopes: ['notes:read'],
    scopesSupported: scopes,
  });

  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth: oauth }));
  app.use(resourceMetadataHandler(oauth));
  app.all('/api/auth/*path', toNodeHandler(auth));
  const metadata = oauthProviderAuthServerMetadata(auth);
  app.get('/.well-known/oauth-authorization-server/api/auth', toNodeHandler(metadata));
  app.get('/sign-in', (_req, res) => void res.send(signInPage));
  app.get('/consent', (_req, res) => void res.send(consentPage));
  return { app, auth };
}

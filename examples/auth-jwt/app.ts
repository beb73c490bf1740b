import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { bearer, jwt, type McpMeta, type McpRequest, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';
import { z } from 'zod';

interface Context {
  /** The person's id at the identity provider. */
  userId: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx: { userId }, next }) => {
  if (userId === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { userId } });
});

const notes = ['Buy milk'];

export const router = t.router({
  list: signedIn.meta({ mcp: true }).query(() => notes),
  add: signedIn
    .meta({ mcp: { scopes: ['notes:write'] } })
    .input(z.object({ text: z.string() }))
    .mutation(({ ctx, input }) => notes.push(`${input.text} (${ctx.userId})`)),
});

export interface Settings {
  /** The identity provider's issuer, exactly as in its tokens. */
  issuer: string;
  /** The URL of its keys, from its metadata at `/.well-known/openid-configuration`. */
  jwksUri: string;
  /** The app's name at the identity provider. */
  audience: string;
  /** The URL of the MCP endpoint, as clients know it. */
  resource: string;
}

export function createApp({ issuer, jwksUri, audience, resource }: Settings): Express {
  const verify = jwt({ issuer, jwksUri, audience });

  const oauth = bearer({
    verify,
    resource,
    authorizationServers: [issuer],
    requiredScopes: ['notes:read'],
    scopesSupported: ['notes:read'],
    failureLimit: { max: 20, windowMs: 60_000 },
  });

  async function createContext({ req, mcp }: CreateExpressContextOptions & { mcp?: McpRequest }) {
    // Over MCP the token has been verified already.
    if (mcp) return { userId: mcp.auth?.extra?.['sub'] as string | undefined };
    const token = /^Bearer (\S+)$/.exec(req.headers.authorization ?? '')?.[1];
    const verified = token === undefined ? undefined : await verify(token, { resource });
    return { userId: verified?.extra?.['sub'] as string | undefined };
  }

  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth: oauth }));
  app.use(resourceMetadataHandler(oauth));
  return app;
}

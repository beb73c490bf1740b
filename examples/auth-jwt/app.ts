import { initTRPC, TRPCError } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import {
  bearer,
  jwt,
  type McpAuthInfo,
  type McpMeta,
  requireScopes,
  resourceMetadataHandler,
} from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';
import { z } from 'zod';

interface Context {
  /** Who is calling. Its `subject` is the person's id at the identity provider. */
  auth: McpAuthInfo | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx, next }) => {
  const userId = ctx.auth?.subject;
  if (userId === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { userId } });
});

const notes = ['Buy milk'];

export const router = t.router({
  list: signedIn.meta({ mcp: true }).query(() => notes),
  add: signedIn
    .meta({ mcp: { scopes: ['notes:write'] } })
    .use(requireScopes('notes:write'))
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
  const oauth = bearer({
    verify: jwt({ issuer, jwksUri, audience }),
    resource,
    authorizationServers: [issuer],
    requiredScopes: ['notes:read'],
    scopesSupported: ['notes:read'],
    failureLimit: { max: 20, windowMs: 60_000 },
  });

  async function createContext({ req }: CreateExpressContextOptions): Promise<Context> {
    return { auth: await oauth.callerOf(req) };
  }

  const app = express();
  app.use('/trpc', createExpressMiddleware({ router, createContext }));
  app.use('/mcp', mcpHandler(router, { createContext, auth: oauth, return200ForErrors: 'forbidden' }));
  app.use(resourceMetadataHandler(oauth));
  return app;
}

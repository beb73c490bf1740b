import { fetchRequestHandler, type FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { bearer, jwt, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { Hono } from 'hono';
import { appRouter, type Context } from './router.ts';

const issuer = 'https://login.example.com';
const oauth = bearer({
  verify: jwt({ issuer, jwksUri: `${issuer}/keys` }),
  resource: 'https://app.example.com/mcp',
  authorizationServers: [issuer],
});

const createContext = async ({ req }: FetchCreateContextFnOptions): Promise<Context> => ({
  author: (await oauth.callerOf(req))?.subject ?? 'somebody',
});

const mcp = mcpHandler(appRouter, { createContext, auth: oauth, return200ForErrors: 'forbidden' });
const metadata = resourceMetadataHandler(oauth);

export const app = new Hono();
app.all('/trpc/*', ({ req }) =>
  fetchRequestHandler({ endpoint: '/trpc', req: req.raw, router: appRouter, createContext }),
);
// `/mcp/*` is for /mcp itself too, and for the metadata below it.
app.all('/mcp/*', ({ req }) => mcp(req.raw));
app.all('/.well-known/oauth-protected-resource/*', ({ req }) => metadata(req.raw));

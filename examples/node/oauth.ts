import { createServer } from 'node:http';
import { type CreateHTTPContextOptions, createHTTPHandler } from '@trpc/server/adapters/standalone';
import { bearer, jwt, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { appRouter, type Context } from './router.ts';

const issuer = 'https://login.example.com';
const oauth = bearer({
  verify: jwt({ issuer, jwksUri: `${issuer}/keys` }),
  resource: 'https://app.example.com/mcp',
  authorizationServers: [issuer],
});

const createContext = async ({ req }: CreateHTTPContextOptions): Promise<Context> => ({
  author: (await oauth.callerOf(req))?.subject ?? 'somebody',
});

const trpc = createHTTPHandler({ router: appRouter, createContext, basePath: '/trpc/' });
const mcp = mcpHandler(appRouter, {
  createContext,
  auth: oauth,
  return200ForErrors: 'forbidden',
  allowedHosts: ['app.example.com'],
});
const metadata = resourceMetadataHandler(oauth);

export const server = createServer((req, res) => {
  const url = req.url ?? '/';
  if (url.startsWith('/trpc/')) trpc(req, res);
  // This includes the metadata below /mcp.
  else if (/^\/mcp(?=[/?]|$)/.test(url)) void mcp(req, res);
  // This answers 404 for any other path.
  else metadata(req, res);
});

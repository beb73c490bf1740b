import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import { bearer, jwt, resourceMetadataHandler } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fastify';
import fastify from 'fastify';
import { appRouter, type Context } from './router.ts';

const issuer = 'https://login.example.com';
const oauth = bearer({
  verify: jwt({ issuer, jwksUri: `${issuer}/keys` }),
  resource: 'https://app.example.com/mcp',
  authorizationServers: [issuer],
});

const createContext = async ({ req }: CreateFastifyContextOptions): Promise<Context> => ({
  author: (await oauth.callerOf(req))?.subject ?? 'somebody',
});

export const app = fastify();
await app.register(mcpHandler(appRouter, { createContext, auth: oauth, return200ForErrors: 'forbidden' }), {
  prefix: '/mcp',
});

const metadata = resourceMetadataHandler(oauth);
for (const path of ['', '/mcp']) {
  app.all(`/.well-known/oauth-protected-resource${path}`, (req, reply) => {
    // Node's own request and response answer this one, and not Fastify.
    reply.hijack();
    metadata(req.raw, reply.raw);
  });
}

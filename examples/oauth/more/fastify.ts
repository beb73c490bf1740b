import type { McpRequest } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fastify';
import type { OAuthServer } from '@trpc-mcp/oauth';
import { fastify, type FastifyInstance } from 'fastify';
import { router, type User } from '../app.ts';

export async function createFastifyApp(oauth: OAuthServer<User>): Promise<FastifyInstance> {
  const app = fastify();
  // Here, before Fastify reads the body. Requests for other paths go on.
  app.addHook('onRequest', (req, reply, done) => oauth.router(req.raw, reply.raw, () => done()));
  const createContext = ({ mcp }: { mcp: McpRequest }) => ({ user: oauth.userOf(mcp.auth) });
  await app.register(mcpHandler(router, { createContext, auth: oauth.auth }), { prefix: '/mcp' });
  return app;
}

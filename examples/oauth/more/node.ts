import { createServer, type Server } from 'node:http';
import type { McpRequest } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { OAuthServer } from '@trpc-mcp/oauth';
import { router, type User } from '../app.ts';

export function createNodeServer(oauth: OAuthServer<User>): Server {
  const createContext = ({ mcp }: { mcp: McpRequest }) => ({ user: oauth.userOf(mcp.auth) });
  const mcp = mcpHandler(router, { createContext, auth: oauth.auth });
  return createServer((req, res) =>
    oauth.router(req, res, () => {
      if (/^\/mcp(?=[/?]|$)/.test(req.url ?? '')) void mcp(req, res);
      else res.writeHead(404).end();
    }),
  );
}

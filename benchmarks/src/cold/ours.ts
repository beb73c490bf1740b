import { mcpHandler } from '@trpc-mcp/core/fetch';
import { createContext, router } from './app.ts';
import { serve as serveTrpc } from './trpc.ts';

// What is bundled as the function of a Lambda or the script of a Worker: tRPC, and MCP beside it.

const mcp = mcpHandler(router, { createContext });

export function serve(req: Request): Promise<Response> {
  return new URL(req.url).pathname === '/mcp' ? mcp(req) : serveTrpc(req);
}

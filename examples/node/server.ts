import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CreateHTTPContextOptions, createHTTPHandler } from '@trpc/server/adapters/standalone';
import { mcpHandler } from '@trpc-mcp/core/node';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: CreateHTTPContextOptions): Context => ({
  author: String(req.headers['x-author'] ?? 'somebody'),
});

const trpc = createHTTPHandler({ router: appRouter, createContext, basePath: '/trpc/' });
const mcp = mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' });

const server = createServer((req, res) => {
  if (req.url?.startsWith('/trpc/')) trpc(req, res);
  else if (/^\/mcp(\?|$)/.test(req.url ?? '')) void mcp(req, res);
  else res.writeHead(404).end();
});
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});

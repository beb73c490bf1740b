import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { CreateHTTP2ContextOptions } from '@trpc/server/adapters/standalone';
import { mcpHandler } from '@trpc-mcp/core/node';
import { appRouter, type Context } from './router.ts';

// The type of this parameter tells the handler that it gets the requests of HTTP/2.
const createContext = ({ req }: CreateHTTP2ContextOptions): Context => ({
  author: String(req.headers['x-author'] ?? 'somebody'),
});

const mcp = mcpHandler(appRouter, { createContext });

const server = createServer((req, res) => void mcp(req, res));
server.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});

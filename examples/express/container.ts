import { setTimeout as sleep } from 'node:timers/promises';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: CreateExpressContextOptions): Context => ({
  author: req.get('x-author') ?? 'somebody',
});

const mcp = mcpHandler(appRouter, { createContext, allowedHosts: ['app.example.com', 'localhost'] });
// A set-up problem, also of a lazy router, ends the process here, before it takes a request.
await mcp.ready();

const app = express();
app.get('/healthz', (_req, res) => {
  res.json({ ok: true });
});
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
app.use('/mcp', mcp);

// All addresses of the container: with 127.0.0.1, nobody outside of it could connect.
const server = app.listen(Number(process.env['PORT'] ?? 3000), '0.0.0.0', () => {
  console.log(`ready: ${JSON.stringify(server.address())}`);
});

process.once('SIGTERM', async () => {
  // No new connections; calls that are running have five seconds to end.
  const closed = new Promise((resolve) => server.close(resolve));
  await Promise.race([closed, sleep(5000, undefined, { ref: false })]);
  await mcp.close();
  server.closeAllConnections();
});

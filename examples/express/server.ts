import type { AddressInfo } from 'node:net';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: CreateExpressContextOptions): Context => ({
  author: req.get('x-author') ?? 'somebody',
});

const app = express();
app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
app.use('/mcp', mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' }));

const server = app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`);
});

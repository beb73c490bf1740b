import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: CreateExpressContextOptions): Context => ({
  author: req.get('x-author') ?? 'somebody',
});

export const app = express();
// Pages of this origin may call the endpoint, and send the header of this app.
const cors = { origins: ['https://app.example.com'], headers: ['x-author'] };
app.use('/mcp', mcpHandler(appRouter, { createContext, cors }));

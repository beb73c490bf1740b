import { mcpHandler } from '@trpc-mcp/core/express';
import express from 'express';
import { authenticate } from './people.ts';
import { appRouter } from './router.ts';

/** One process: tasks run in it, and are kept in its memory. */
export function createLocalApp() {
  const handler = mcpHandler(appRouter, {
    auth: { authenticate },
    createContext: ({ mcp }) => ({ user: mcp.auth?.subject }),
    return200ForErrors: 'forbidden',
  });
  const app = express();
  app.use('/mcp', handler);
  return { app, close: () => handler.close() };
}

import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';
import { createContextFor } from './context.ts';
import type { Database } from './db/database.ts';
import { appRouter } from './router.ts';

/** Makes the app that serves one router twice: `/trpc` for programs, `/mcp` for agents. */
export function createApp(db: Database): Express {
  const createContext = createContextFor(db);
  const app = express();
  app.disable('x-powered-by');

  app.use(
    '/trpc',
    createExpressMiddleware({
      router: appRouter,
      createContext,
      onError: ({ error, path }) => {
        if (error.code === 'INTERNAL_SERVER_ERROR') console.error(`${path ?? 'request'} failed:`, error);
      },
    }),
  );

  app.use(
    '/mcp',
    mcpHandler(appRouter, {
      createContext,
      // So that clients of 2025 can be asked before an account is closed.
      legacy: 'sessions',
      server: {
        name: 'back-office',
        version: '1.0.0',
        title: 'Back office',
        instructions:
          'The back office of a software company: customers, subscriptions, invoices, help-centre posts. Look things ' +
          'up before you change them: customers_search and posts_list return the ids that other tools want, ' +
          'users_me says who is signed in. Amounts are US cents, times are UTC. A refusal says who may do it.',
      },
    }),
  );

  app.get('/', (_req, res) => {
    res.type('text/plain').send('A SaaS back office. tRPC is at /trpc, MCP is at /mcp.\n');
  });
  return app;
}

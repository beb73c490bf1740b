import { serve } from '@hono/node-server';
import { fetchRequestHandler, type FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { Hono } from 'hono';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: FetchCreateContextFnOptions): Context => ({
  author: req.headers.get('x-author') ?? 'somebody',
});

const mcp = mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' });

const app = new Hono();
app.all('/trpc/*', ({ req }) =>
  fetchRequestHandler({ endpoint: '/trpc', req: req.raw, router: appRouter, createContext }),
);
app.all('/mcp', ({ req }) => mcp(req.raw));

// Bun, Deno and others serve `app.fetch` as it is.
serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env['PORT'] ?? 3000) }, ({ port }) => {
  console.log(`http://127.0.0.1:${port}/mcp`);
});

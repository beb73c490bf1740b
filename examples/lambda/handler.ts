import { fetchRequestHandler, type FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';
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

/** The function that Lambda calls, behind a function URL, API Gateway or a load balancer. */
export const handler = handle(app);

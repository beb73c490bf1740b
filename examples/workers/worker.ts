import { fetchRequestHandler, type FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { appRouter, type Context } from './router.ts';

const createContext = ({ req }: FetchCreateContextFnOptions): Context => ({
  author: req.headers.get('x-author') ?? 'somebody',
});

const mcp = mcpHandler(appRouter, { createContext, return200ForErrors: 'forbidden' });

export default {
  async fetch(req: Request): Promise<Response> {
    const { pathname } = new URL(req.url);
    if (pathname === '/mcp') return mcp(req);
    return fetchRequestHandler({ endpoint: '/trpc', req, router: appRouter, createContext });
  },
};

import { initTRPC } from '@trpc/server';
import { fetchRequestHandler, type FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/fetch';
import { z } from 'zod';

/** The bindings of wrangler.json. `wrangler types` writes this interface for you. */
export interface Env {
  NOTES: { get(key: string): Promise<string | null> };
}

const createContext = (_: FetchCreateContextFnOptions, env: Env) => ({ notes: env.NOTES });

const t = initTRPC.context<typeof createContext>().meta<McpMeta>().create();

const appRouter = t.router({
  read: t.procedure
    .meta({ mcp: true })
    .input(z.object({ name: z.string() }))
    .query(({ ctx, input }) => ctx.notes.get(input.name)),
});

const mcp = mcpHandler(appRouter, { createContext });

// oxlint-disable-next-line import/no-default-export -- it is what Workers call
export default {
  async fetch(req: Request, env: Env): Promise<Response> {
    if (new URL(req.url).pathname === '/mcp') return mcp(req, env);
    return fetchRequestHandler({
      endpoint: '/trpc',
      req,
      router: appRouter,
      createContext: (options) => createContext(options, env),
    });
  },
};

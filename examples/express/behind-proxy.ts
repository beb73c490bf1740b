import { initTRPC } from '@trpc/server';
import { createExpressMiddleware, type CreateExpressContextOptions } from '@trpc/server/adapters/express';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import express, { type Express } from 'express';
import { z } from 'zod';

const createContext = ({ req }: CreateExpressContextOptions) => ({
  // What the proxy says in X-Forwarded-For and X-Forwarded-Proto, because of `trust proxy` below.
  address: req.ip,
  isSecure: req.secure,
});

const t = initTRPC.context<typeof createContext>().meta<McpMeta>().create();

/** For the test of this example: what it sees of a call, and when it lets the call go on. */
export interface Watch {
  onStep: (step: number, signal: AbortSignal | undefined) => Promise<void>;
}

export function createApp({ onStep }: Watch): Express {
  const appRouter = t.router({
    whereFrom: t.procedure.meta({ mcp: true }).query(({ ctx }) => ctx),
    size: t.procedure
      .meta({ mcp: true })
      .input(z.object({ text: z.string() }))
      .query(({ input }) => input.text.length),
    work: t.procedure.meta({ mcp: true }).mutation(async ({ signal }) => {
      for (const step of [1, 2]) {
        getMcpCall()?.progress({ progress: step, total: 2, message: `step ${step}` });
        await onStep(step, signal);
      }
      return 'done';
    }),
  });

  const app = express();
  app.set('trust proxy', 'loopback');
  app.use('/trpc', createExpressMiddleware({ router: appRouter, createContext }));
  app.use('/mcp', mcpHandler(appRouter, { createContext, allowedHosts: ['app.example.com'] }));
  return app;
}

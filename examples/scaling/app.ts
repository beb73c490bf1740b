import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/express';
import { redis, type Shared } from '@trpc-mcp/redis';
import express from 'express';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { z } from 'zod';

interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const account = z.object({ id: z.string() });
const closed = new Set<string>();
let note = 'Water the plants.';

export const appRouter = t.router({
  whoami: t.procedure.meta({ mcp: true }).query(({ ctx }) => ctx.user ?? 'nobody'),
  close: t.procedure
    .meta({ mcp: { confirm: 'Close the account of {id}?' } })
    .input(account)
    .mutation(({ input }) => {
      closed.add(input.id);
      return `${input.id} is closed`;
    }),
  remind: t.procedure
    .meta({ mcp: { rateLimit: { points: 2, durationMs: 60_000 } } })
    .input(account)
    .mutation(({ input }) => `${input.id} has got a mail`),
  note: t.procedure
    .meta({ mcp: { tool: false, resource: { uri: 'app://note', mimeType: 'text/plain' } } })
    .query(() => note),
});

const createContext = ({ req }: { req: express.Request }): Context => ({
  user: req.get('authorization'),
});

export interface AppOptions {
  redisUrl: string;
  secret: string;
  prefix: string;
}

/** Makes the app, in each of its processes. */
export function createApp({ redisUrl, secret, prefix }: AppOptions) {
  const app = express();
  const client = new Redis(redisUrl, { lazyConnect: true });
  const shared = redis({ client, prefix });
  const handler = mcpHandler(appRouter, {
    createContext,
    secret,
    return200ForErrors: 'forbidden',
    ...shared,
  });
  app.use('/mcp', handler);

  const close = async () => {
    await handler.close();
    await shared.close();
  };
  const changeNote = (text: string) => {
    note = text;
    handler.notify.resourceUpdated('app://note');
  };
  return { app, changeNote, close };
}

/** The shared state, on the other client library. */
export function openOnNodeRedis(redisUrl: string, prefix: string): Shared {
  const client = createClient({ url: redisUrl });
  return redis({ client, prefix });
}

import { mcpHandler } from '@trpc-mcp/core/express';
import { redis, type Shared } from '@trpc-mcp/redis';
import express from 'express';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { appRouter, type Context, writeNote } from './router.ts';

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
    writeNote(text);
    handler.notify.resourceUpdated('app://note');
  };
  return { app, changeNote, close };
}

/** The shared state, on the other client library. */
export function openOnNodeRedis(redisUrl: string, prefix: string): Shared {
  const client = createClient({ url: redisUrl });
  return redis({ client, prefix });
}

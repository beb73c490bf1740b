import type { HandlerOptions } from '@trpc-mcp/core';
import { redis } from '@trpc-mcp/redis';
import { Redis } from 'ioredis';

/** The state that the nodes of a demo share. */
export interface SharedState {
  options: Pick<HandlerOptions, 'bus' | 'store' | 'secret'>;
  close(): Promise<void>;
}

/** Demos with different databases are separate, even if they use the same Redis. */
export function openShared(redisUrl: string, databaseUrl: string, secret: string): SharedState {
  const prefix = `trpc-mcp-demo:${new URL(databaseUrl).pathname.slice(1)}:`;
  const { bus, store, close } = redis({ client: new Redis(redisUrl, { lazyConnect: true }), prefix });
  return { options: { bus, store, secret }, close };
}

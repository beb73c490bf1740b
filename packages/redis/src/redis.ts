import type { Store } from '@trpc-mcp/core';
import { type Bus, createBus } from './bus.ts';
import { checkClient, type RedisClient } from './client.ts';
import { createConnection } from './connection.ts';
import { createStore } from './store.ts';

export interface RedisOptions {
  /** The app's own, of `ioredis` or `redis`. It is never used itself: two connections are opened to where it connects. */
  client: RedisClient;
  /** Begins every key. Nodes share what they share by it. `trpc-mcp:` by default. */
  prefix?: string;
  /** How long a command may take, reconnecting included, in milliseconds. 2,000 by default. */
  timeoutMs?: number;
  /** Hears once when changes cannot be told to other nodes, or heard of them. Printed with `console.error` by default. */
  onError?: (error: Error) => void;
}

/** What the nodes of an app share, as options of `mcpHandler`. */
export interface Shared {
  /** Carries changes to the clients that listen on other nodes. */
  bus: Bus;
  /** Consents that are spent, answers that are kept, and rate limits. */
  store: Store;
  /** Sends what is still to be sent, and closes the connections. The app's own client stays open. */
  close: () => Promise<void>;
}

/**
 * Lets an MCP handler share its state with those of other processes, on Redis 5 or later:
 *
 * ```ts
 * mcpHandler(router, { createContext, secret, ...redis({ client }) });
 * ```
 *
 * While Redis is away, what needs it fails with a `RedisError`, and everything else goes on.
 */
export function redis({
  client,
  prefix = 'trpc-mcp:',
  timeoutMs = 2000,
  onError = print,
}: RedisOptions): Shared {
  checkClient(client);
  const commands = createConnection(client, timeoutMs);
  const reading = createConnection(client, timeoutMs);
  const bus = createBus({ connection: commands, reading, key: `${prefix}changes`, onError });
  return {
    bus,
    store: createStore(commands, prefix),
    async close() {
      const closed = bus.close();
      reading.close();
      await closed;
      commands.close();
    },
  };
}

function print(error: Error): void {
  console.error('MCP failure:', error);
}

import type { Store } from '@trpc-mcp/core';
import { type Bus, createBus } from './bus.ts';
import { checkClient, type RedisClient } from './client.ts';
import { createConnection } from './connect.ts';
import { warnOfEviction } from './eviction.ts';
import { checkOptions, print } from './options.ts';
import { createStore } from './store.ts';

/** Options of `redis`. */
export interface RedisOptions {
  /** The app's own client, of `ioredis` or `redis`. It is not used itself: two connections are opened to the same server. */
  client: RedisClient;
  /** The beginning of every key. Nodes with the same prefix share their state. `trpc-mcp:` by default. */
  prefix?: string;
  /** How long a command may take, including a reconnection. 2,000 by default. */
  timeoutMs?: number;
  /**
   * Is called once when changes cannot be sent to other nodes, or received from them, and if Redis may forget what has to be
   * kept. Prints to `console.error` by default.
   */
  onError?: (error: Error) => void;
}

/** The state that the nodes of an app share, as options of `mcpHandler`. */
export interface Shared {
  /** Carries changes to the clients that listen on other nodes. */
  bus: Bus;
  /** Keeps used consents, answers for idempotency keys, and the counts of rate limits. */
  store: Store;
  /** Sends the changes that are still waiting, and closes the two connections. The app's own client stays open. */
  close: () => Promise<void>;
}

/**
 * Lets the MCP handlers of several processes share their state, on Redis 5 or later:
 *
 * ```ts
 * mcpHandler(router, { createContext, secret, ...redis({ client }) });
 * ```
 *
 * While Redis cannot be reached, calls that need it fail with a `RedisError`. All other calls go on.
 */
export function redis(options: RedisOptions): Shared {
  checkOptions('redis', options, optionNames);
  const { client, prefix = 'trpc-mcp:', timeoutMs = 2000, onError = print } = options;
  checkClient(client, 'redis({ client })');
  const commands = createConnection(client, timeoutMs);
  const reading = createConnection(client, timeoutMs);
  const bus = createBus({ connection: commands, reading, key: `${prefix}changes`, onError });
  return {
    bus,
    store: createStore(commands, prefix, () => warnOfEviction(commands, loss, onError)),
    async close() {
      const closed = bus.close();
      reading.close();
      await closed;
      commands.close();
    },
  };
}

const optionNames = { client: true, prefix: true, timeoutMs: true, onError: true } satisfies Record<
  keyof RedisOptions,
  true
>;

const loss = 'used consents and idempotency keys, so that a call may run twice';

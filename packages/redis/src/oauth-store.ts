import { checkClient, isCluster, keyPrefixOf, type RedisClient } from './client.ts';
import { createConnection } from './connect.ts';
import { warnOfEviction } from './eviction.ts';
import { createLimits } from './limits.ts';
import { createRecords } from './oauth-record.ts';
import { checkOptions, print } from './options.ts';
import { toTagged } from './slot.ts';
import { toMs } from './store.ts';

/** Options of `redisOAuthStore`. */
export interface RedisOAuthStoreOptions {
  /** The beginning of every key. Processes with the same prefix are one authorization server. `trpc-mcp:oauth:` by default. */
  prefix?: string;
  /** How long a command may take, including a reconnection. 2,000 by default. */
  timeoutMs?: number;
  /** Is called once if Redis may forget what has to be kept. Prints to `console.error` by default. */
  onError?: (error: Error) => void;
}

/** A store of `oauthServer` of `@trpc-mcp/oauth`, as its type `OAuthStore` describes it. */
export interface RedisOAuthStore {
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string, ttlMs: number, groups?: readonly string[]): Promise<void>;
  delete(key: string): Promise<void>;
  keysOf(group: string): Promise<string[]>;
  take(key: string, limit: { points: number; durationMs: number }): Promise<number>;
  /** Closes the connection. The app's own client stays open. */
  close(): Promise<void>;
}

/**
 * Makes a store for the authorization server of `@trpc-mcp/oauth`, on Redis 5 or later. Several processes can share it.
 *
 * It takes the app's own client, of `ioredis` or `redis`, and opens one connection of its own to the same server. While
 * Redis cannot be reached, its methods reject with a `RedisError` within `timeoutMs`.
 */
export function redisOAuthStore(client: RedisClient, options: RedisOAuthStoreOptions = {}): RedisOAuthStore {
  checkOptions('redisOAuthStore', options, optionNames);
  const { prefix = 'trpc-mcp:oauth:', timeoutMs = 2000, onError = print } = options;
  checkClient(client, 'redisOAuthStore(client)');
  const connection = createConnection(client, timeoutMs, needs);
  // A record and its groups are changed together, so that a cluster has to keep them together.
  const together = isCluster(client) ? toTagged(prefix, keyPrefixOf(client)) : prefix;
  const records = createRecords(connection, together);
  let isFirst = true;
  const warnOnce = () => {
    if (isFirst) warnOfEviction(connection, loss, onError);
    isFirst = false;
  };

  return {
    async add(key, value, ttlMs) {
      const isAdded = await records.add(key, value, toMs(ttlMs));
      warnOnce();
      return isAdded;
    },
    get: records.get,
    async set(key, value, ttlMs, groups = []) {
      await records.set(key, value, toMs(ttlMs), groups);
      warnOnce();
    },
    delete: records.delete,
    keysOf: records.keysOf,
    take: createLimits(connection, `${prefix}limit:`).take,
    async close() {
      connection.close();
    },
  };
}

const optionNames = { prefix: true, timeoutMs: true, onError: true } satisfies Record<
  keyof RedisOAuthStoreOptions,
  true
>;

const needs = 'connecting clients, and refreshing and revoking their tokens';
const loss = 'registrations and refresh tokens, so that people have to connect their clients again';

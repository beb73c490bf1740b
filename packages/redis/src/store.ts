import type { Store } from '@trpc-mcp/core';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Connection } from './connection.ts';

/**
 * Makes a `Store` on Redis. The keys that begin with `consent:` and `once:` have to be kept until they expire; those that
 * begin with `limit:` are counts. `onFirst` is called once, after the first key that has to be kept was set.
 */
export function createStore(connection: Connection, prefix: string, onFirst: () => void): Store {
  let isFirst = true;
  const limiters = new Map<string, RateLimiterRedis>();
  const limiterOf = (points: number, durationMs: number): RateLimiterRedis => {
    const name = `${points}/${durationMs}`;
    const limiter =
      limiters.get(name) ?? createLimiter(connection, `${prefix}limit:${name}`, points, durationMs);
    limiters.set(name, limiter);
    return limiter;
  };

  return {
    async add(key, value, ttlMs) {
      const isAdded = (await connection.send(['SET', prefix + key, value, 'PX', toMs(ttlMs), 'NX'])) !== null;
      if (isFirst) onFirst();
      isFirst = false;
      return isAdded;
    },
    async get(key) {
      const value = await connection.send(['GET', prefix + key]);
      return value === null ? undefined : (value as string);
    },
    async set(key, value, ttlMs) {
      await connection.send(['SET', prefix + key, value, 'PX', toMs(ttlMs)]);
    },
    async delete(key) {
      await connection.send(['DEL', prefix + key]);
    },
    async take(key, { points, durationMs }) {
      try {
        await limiterOf(points, durationMs).consume(key);
        return 0;
      } catch (thrown) {
        if (thrown instanceof RateLimiterRes) return Math.max(1, thrown.msBeforeNext);
        throw thrown;
      }
    },
  };
}

function createLimiter(
  connection: Connection,
  keyPrefix: string,
  points: number,
  durationMs: number,
): RateLimiterRedis {
  return new RateLimiterRedis({
    keyPrefix,
    points,
    // The limiter counts in whole seconds, and 0 would mean for ever.
    duration: Math.max(1, Math.ceil(durationMs / 1000)),
    // A caller without points is refused from memory, without asking Redis, until there are points again.
    inMemoryBlockOnConsumed: points,
    // The limiter uses only `eval`, with the arguments of node-redis.
    useRedisPackage: true,
    storeClient: {
      eval: (script: string, { keys, arguments: args }: { keys: string[]; arguments: string[] }) =>
        connection.send(['EVAL', script, String(keys.length), ...keys, ...args]),
    },
  });
}

/** Rounds up, because Redis takes whole milliseconds, at least one. */
function toMs(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)));
}

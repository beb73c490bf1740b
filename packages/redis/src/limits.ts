import type { Store } from '@trpc-mcp/core';
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible';
import type { Connection } from './connection.ts';

/** Makes the `take` of a store. Every key that it sets begins with the prefix. */
export function createLimits(connection: Connection, prefix: string): Pick<Store, 'take'> {
  const limiters = new Map<string, RateLimiterRedis>();
  const limiterOf = (points: number, durationMs: number): RateLimiterRedis => {
    const name = `${points}/${durationMs}`;
    const limiter = limiters.get(name) ?? createLimiter(connection, prefix + name, points, durationMs);
    limiters.set(name, limiter);
    return limiter;
  };

  return {
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

import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { Redis as Redis5 } from 'ioredis5';
import { createClient } from 'redis';
import { createClient as createClient4 } from 'redis4';
import { createClient as createClient5 } from 'redis5';
import { describe } from 'vitest';
import type { RedisClient } from '../src/index.ts';

/** Where the tests' Redis is. They leave nothing there, and never stop it. */
export const redisUrl = process.env['REDIS_URL'] ?? '';

/** Describes what needs a Redis; without one, says so and runs nothing. */
export function describeRedis(name: string, tests: () => void): void {
  const title = redisUrl ? name : `${name} (skipped: REDIS_URL is not set)`;
  describe.skipIf(!redisUrl)(title, tests);
}

/** Every client that is supported. None of them is connected. */
export const clients: Record<string, (url: string) => RedisClient> = {
  'ioredis 6': (url) => new Redis(url, { lazyConnect: true }),
  'ioredis 6 with the replies of RESP3': (url) =>
    new Redis(url, { lazyConnect: true, replyMapping: 'resp3' }),
  'ioredis 5': (url) => new Redis5(url, { lazyConnect: true }),
  'redis 6': (url) => createClient({ url }),
  'redis 6 with RESP2': (url) => createClient({ url, RESP: 2 }),
  'redis 5': (url) => createClient5({ url }),
  'redis 4': (url) => createClient4({ url }),
};

/** A prefix that nobody else has, whose keys are gone at the end. */
export function openPrefix(): { prefix: string } & AsyncDisposable {
  const prefix = `trpc-mcp-test:${randomUUID()}:`;
  return {
    prefix,
    async [Symbol.asyncDispose]() {
      const admin = new Redis(redisUrl);
      const keys = await admin.keys(`${prefix}*`);
      if (keys.length > 0) await admin.del(keys);
      admin.disconnect();
    },
  };
}

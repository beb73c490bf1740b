import type { Store } from '@trpc-mcp/core';
import type { Connection } from './connection.ts';
import { createLimits } from './limits.ts';

/**
 * Makes a `Store` on Redis. The keys that begin with `consent:` and `once:` have to be kept until they expire; those that
 * begin with `limit:` are counts. `onFirst` is called once, after the first key that has to be kept was set.
 */
export function createStore(connection: Connection, prefix: string, onFirst: () => void): Store {
  let isFirst = true;

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
    take: createLimits(connection, `${prefix}limit:`).take,
  };
}

/** Rounds up, because Redis takes whole milliseconds, at least one. */
export function toMs(ms: number): string {
  return String(Math.max(1, Math.ceil(ms)));
}

import { createExpiringMap } from './expiring-map.ts';
import { createMemoryCounts } from './memory-counts.ts';
import type { OAuthStore } from './store.ts';

/** Options of `memoryOAuthStore`. */
export interface MemoryOAuthStoreOptions {
  /** How many records are kept, and how many counts of rate limits besides. 100,000 by default. */
  maxRecords?: number;
}

interface Entry {
  value: string;
  groups: readonly string[];
}

/**
 * Makes a store in the memory of this process, for development and tests. Everybody has to connect again after a restart,
 * and several processes need a store that they share.
 *
 * It is bounded. When it is full, expired records make room first. Then `add`, and `set` of a new key, reject.
 */
export function memoryOAuthStore(options: MemoryOAuthStoreOptions = {}): OAuthStore {
  const { maxRecords = 100_000 } = options;
  if (!Number.isSafeInteger(maxRecords) || maxRecords < 1)
    throw new TypeError('memoryOAuthStore({ maxRecords }) takes a whole number from 1');
  const groups = new Map<string, Set<string>>();
  const records = createExpiringMap<Entry>({
    maxEntries: maxRecords,
    onRemove(key, entry) {
      for (const group of entry.groups) {
        const members = groups.get(group);
        members?.delete(key);
        if (members?.size === 0) groups.delete(group);
      }
    },
  });

  const write = (key: string, entry: Entry, ttlMs: number) => {
    if (!records.get(key) && !records.hasRoom())
      throw new Error(
        `memoryOAuthStore is full: it has ${maxRecords} records that have not expired. Raise its option maxRecords, or use postgresOAuthStore, or redisOAuthStore of @trpc-mcp/redis`,
      );
    records.set(key, entry, Date.now() + ttlMs);
    for (const group of entry.groups) {
      const members = groups.get(group) ?? new Set();
      groups.set(group, members.add(key));
    }
  };

  return {
    async add(key, value, ttlMs) {
      if (records.get(key)) return false;
      write(key, { value, groups: [] }, ttlMs);
      return true;
    },
    async get(key) {
      return records.get(key)?.value;
    },
    async set(key, value, ttlMs, memberOf = []) {
      write(key, { value, groups: [...memberOf] }, ttlMs);
    },
    async delete(key) {
      records.delete(key);
    },
    async keysOf(group) {
      // A copy, because reading a record that has expired takes it out of the set.
      return [...(groups.get(group) ?? [])].filter((key) => records.get(key) !== undefined);
    },
    take: createMemoryCounts(maxRecords).take,
  };
}

import type { OAuthStore } from './store.ts';

/** Keeps everything in the memory of this process. */
export function memoryOAuthStore(): OAuthStore {
  const records = new Map<string, { value: string; endsAt: number; groups: readonly string[] }>();
  const counts = new Map<string, { used: number; endsAt: number }>();
  const read = (key: string) => {
    const record = records.get(key);
    if (record && record.endsAt > Date.now()) return record;
    records.delete(key);
    return undefined;
  };
  return {
    async add(key, value, ttlMs) {
      if (read(key)) return false;
      records.set(key, { value, endsAt: Date.now() + ttlMs, groups: [] });
      return true;
    },
    get: async (key) => read(key)?.value,
    async set(key, value, ttlMs, groups = []) {
      records.set(key, { value, endsAt: Date.now() + ttlMs, groups });
    },
    async delete(key) {
      records.delete(key);
    },
    keysOf: async (group) => [...records.keys()].filter((key) => read(key)?.groups.includes(group)),
    async take(key, { points, durationMs }) {
      const now = Date.now();
      const count = counts.get(key);
      if (!count || count.endsAt <= now) {
        counts.set(key, { used: 1, endsAt: now + durationMs });
        return 0;
      }
      count.used++;
      return count.used <= points ? 0 : count.endsAt - now;
    },
  };
}

import type { Store } from '@trpc-mcp/core';

/** A store that is emptied before each repetition: no case meets the idempotency keys, consents and limits of another one. */
export interface CaseStore extends Store {
  clear: () => void;
}

/** Makes such a store, in the memory of this process. */
export function createCaseStore(): CaseStore {
  const entries = new Map<string, { value: string; endsAt: number }>();
  const counts = new Map<string, { used: number; endsAt: number }>();
  const find = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry !== undefined && entry.endsAt > Date.now() ? entry.value : undefined;
  };
  const put = (key: string, value: string, ttlMs: number): void =>
    void entries.set(key, { value, endsAt: Date.now() + ttlMs });
  return {
    clear: () => {
      entries.clear();
      counts.clear();
    },
    add: async (key, value, ttlMs) => {
      if (find(key) !== undefined) return false;
      put(key, value, ttlMs);
      return true;
    },
    get: async (key) => find(key),
    set: async (key, value, ttlMs) => put(key, value, ttlMs),
    delete: async (key) => void entries.delete(key),
    take: async (key, { points, durationMs }) => {
      const now = Date.now();
      const found = counts.get(key);
      const current =
        found !== undefined && found.endsAt > now ? found : { used: 0, endsAt: now + durationMs };
      counts.set(key, current);
      if (current.used >= points) return current.endsAt - now;
      current.used += 1;
      return 0;
    },
  };
}

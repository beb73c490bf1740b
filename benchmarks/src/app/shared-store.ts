import type { Store } from '@trpc-mcp/core';

/** A store that handlers of one process share. It forgets what has ended at once, so that what is left can be counted. */
export interface CountedStore extends Store {
  /** How many entries have not ended, without the spent states of calls that have asked: those are kept for 20 minutes. */
  readonly size: number;
}

const tidyMs = 1000;

/** The store that the handlers of this process share which share one. */
export const sharedStore: CountedStore = createSharedStore();

function createSharedStore(): CountedStore {
  const entries = new Map<string, { value: string; endsAt: number }>();
  let tidiedAt = 0;

  const tidy = () => {
    const now = Date.now();
    tidiedAt = now;
    for (const [key, { endsAt }] of entries) if (endsAt <= now) entries.delete(key);
  };
  const read = (key: string): string | undefined => {
    const entry = entries.get(key);
    return entry && entry.endsAt > Date.now() ? entry.value : undefined;
  };
  const write = (key: string, value: string, ttlMs: number) => {
    if (Date.now() - tidiedAt > tidyMs) tidy();
    entries.set(key, { value, endsAt: Date.now() + ttlMs });
  };

  return {
    get size() {
      tidy();
      return [...entries.keys()].filter((key) => !key.startsWith('consent:')).length;
    },
    async add(key, value, ttlMs) {
      if (read(key) !== undefined) return false;
      write(key, value, ttlMs);
      return true;
    },
    get: async (key) => read(key),
    set: async (key, value, ttlMs) => write(key, value, ttlMs),
    async delete(key) {
      entries.delete(key);
    },
    // No handler of this store has a limit.
    take: async () => 0,
  };
}

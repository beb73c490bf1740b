import { TRPCError } from '@trpc/server';

/**
 * Keeps what calls share: used consents, answers for idempotency keys, and counts for rate limits. The default keeps them
 * in memory, for one process. Each key begins with its purpose, such as `rate:`. When a store cannot be reached, its
 * methods reject, and the calls that need it fail.
 */
export interface Store {
  /** Sets a key that does not exist yet. When two try at once, only one gets `true`. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  get(key: string): Promise<string | undefined>;
  /** Sets a key, whether it exists or not. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Takes one of the points for each `durationMs`. Resolves with 0, or with the milliseconds to wait when none is left. */
  take(key: string, limit: { points: number; durationMs: number }): Promise<number>;
}

interface Entry {
  value: string;
  endsAt: number;
}

interface Count {
  used: number;
  endsAt: number;
}

/** When more keys than this are kept in memory, those that were set first are removed. */
const most = 100_000;

export function createMemoryStore(): Store {
  const entries = new Map<string, Entry>();
  const counts = new Map<string, Count>();
  const read = (key: string): string | undefined => {
    const entry = entries.get(key);
    if (!entry || entry.endsAt > Date.now()) return entry?.value;
    entries.delete(key);
    return undefined;
  };
  const write = (key: string, value: string, ttlMs: number) => {
    entries.delete(key);
    makeRoom(entries);
    entries.set(key, { value, endsAt: Date.now() + ttlMs });
  };
  return {
    async add(key, value, ttlMs) {
      if (read(key) !== undefined) return false;
      write(key, value, ttlMs);
      return true;
    },
    async get(key) {
      return read(key);
    },
    async set(key, value, ttlMs) {
      write(key, value, ttlMs);
    },
    async delete(key) {
      entries.delete(key);
    },
    async take(key, { points, durationMs }) {
      const now = Date.now();
      const count = counts.get(key);
      if (!count || count.endsAt <= now) {
        counts.delete(key);
        makeRoom(counts);
        counts.set(key, { used: 1, endsAt: now + durationMs });
        return 0;
      }
      count.used++;
      return count.used <= points ? 0 : count.endsAt - now;
    },
  };
}

/** Removes expired keys, and then the oldest ones. */
function makeRoom(map: Map<string, { endsAt: number }>): void {
  if (map.size < most) return;
  const now = Date.now();
  for (const [key, { endsAt }] of map) if (endsAt <= now) map.delete(key);
  for (const key of map.keys()) {
    if (map.size < most) return;
    map.delete(key);
  }
}

/** Uses a store. When it cannot be reached, the call fails with an error that tells the model to try again later. */
export async function reach<TResult>(use: () => Promise<TResult>): Promise<TResult> {
  try {
    return await use();
  } catch (cause) {
    const message = 'what this call needs to be safe cannot be reached right now, so that nothing was done';
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
  }
}

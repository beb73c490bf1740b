import { TRPCError } from '@trpc/server';

/**
 * What calls share: consents that are spent, answers that are kept, and counts. In memory unless it is given, which
 * serves one process. Every key begins with what it is for. A store that is down rejects, and the call says so.
 */
export interface Store {
  /** Sets a key that is not there. Of two that try at once, one hears `true`. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  get(key: string): Promise<string | undefined>;
  /** Sets a key, there or not. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  delete(key: string): Promise<void>;
  /** Takes one of the points that there are in `durationMs`. Resolves with how long to wait, in milliseconds; 0 when it got one. */
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

/** More than this is not kept in memory: what was set first makes room. */
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

/** First what is over, then what is oldest. */
function makeRoom(map: Map<string, { endsAt: number }>): void {
  if (map.size < most) return;
  const now = Date.now();
  for (const [key, { endsAt }] of map) if (endsAt <= now) map.delete(key);
  for (const key of map.keys()) {
    if (map.size < most) return;
    map.delete(key);
  }
}

/** Uses a store. One that is down fails the call that needs it, and tells the model that it may pass. */
export async function reach<TResult>(use: () => Promise<TResult>): Promise<TResult> {
  try {
    return await use();
  } catch (cause) {
    const message = 'what this call needs to be safe cannot be reached right now, so that nothing was done';
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
  }
}

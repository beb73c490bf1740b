import { createHash, randomBytes } from 'node:crypto';
import { createExpiringMap } from './expiring-map.ts';
import type { OAuthStore } from './store.ts';

interface Count {
  used: number;
  endsAt: number;
}

/** How many counts the keys of one limit share when there is no room for a count of their own. */
const sharedCounts = 1024;

/**
 * Makes the `take` of a store in memory. A count is never forgotten before its window is over, so that nobody gets their
 * points back by filling the memory with new keys. When there is no room, new keys share counts: they get fewer points, and
 * never more.
 */
export function createMemoryCounts(maxCounts: number): Pick<OAuthStore, 'take'> {
  const own = createExpiringMap<Count>({ maxEntries: maxCounts });
  const shared = new Map<string, Count>();
  // Nobody outside can know who shares a count with whom.
  const salt = randomBytes(16);
  const sharedNameOf = (limit: string, key: string) => {
    const hash = createHash('sha256').update(salt).update(key).digest();
    return `${limit}:${hash.readUInt32BE() % sharedCounts}`;
  };
  const findCount = (limit: string, key: string, endsAt: number, now: number): Count => {
    const name = `${limit}:${key}`;
    const count = own.get(name);
    if (count) return count;
    const sharedName = sharedNameOf(limit, key);
    const last = shared.get(sharedName);
    const isLive = last !== undefined && last.endsAt > now;
    if (own.hasRoom()) {
      // What this key may have taken while there was no room stays taken.
      const first = isLive ? { ...last } : { used: 0, endsAt };
      own.set(name, first, first.endsAt);
      return first;
    }
    if (isLive) return last;
    const first = { used: 0, endsAt };
    shared.set(sharedName, first);
    return first;
  };

  return {
    async take(key, { points, durationMs }) {
      const now = Date.now();
      const count = findCount(`${points}/${durationMs}`, key, now + durationMs, now);
      count.used++;
      return count.used <= points ? 0 : count.endsAt - now;
    },
  };
}

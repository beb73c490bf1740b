import { type Store, StoreFull } from './store.ts';

/** How many bytes are kept, and how many of them for one caller. */
export interface MemoryLimits {
  bytes: number;
  bytesOfOwner: number;
}

const mebibyte = 2 ** 20;
const defaultLimits: MemoryLimits = { bytes: 128 * mebibyte, bytesOfOwner: 16 * mebibyte };

interface Entry {
  value: string;
  endsAt: number;
  owner: string | undefined;
  bytes: number;
}

/**
 * Makes a store in the memory of this process. It is bounded by bytes: one caller cannot fill it, and what is kept is never
 * forgotten before its time. When there is no room, `add` rejects with a `StoreFull`.
 */
export function createMemoryStore(limits: MemoryLimits = defaultLimits): Store {
  // By how long they are kept, so that in each map the entries that end first come first.
  const entries = new Map<number, Map<string, Entry>>();
  const lives = new Map<string, number>();
  const used = new Map<string | undefined, number>();
  const counts = createCounts();
  let usedBytes = 0;

  const use = ({ owner, bytes }: Entry, sign: 1 | -1) => {
    usedBytes += sign * bytes;
    const left = (used.get(owner) ?? 0) + sign * bytes;
    if (left > 0) used.set(owner, left);
    else used.delete(owner);
  };
  const find = (key: string): Entry | undefined => entries.get(lives.get(key)!)?.get(key);
  const remove = (key: string) => {
    const entry = find(key);
    if (!entry) return;
    use(entry, -1);
    entries.get(lives.get(key)!)!.delete(key);
    lives.delete(key);
  };
  const removeEnded = (now: number) => {
    for (const sameLife of entries.values()) {
      for (const [key, { endsAt }] of sameLife) {
        if (endsAt > now) break;
        remove(key);
      }
    }
  };
  const read = (key: string): Entry | undefined => {
    const entry = find(key);
    if (!entry || entry.endsAt > Date.now()) return entry;
    remove(key);
    return undefined;
  };
  const write = (key: string, entry: Entry, ttlMs: number) => {
    remove(key);
    let sameLife = entries.get(ttlMs);
    if (!sameLife) entries.set(ttlMs, (sameLife = new Map()));
    sameLife.set(key, entry);
    lives.set(key, ttlMs);
    use(entry, 1);
  };
  const toEntry = (key: string, value: string, ttlMs: number, owner: string | undefined): Entry => {
    return { value, owner, endsAt: Date.now() + ttlMs, bytes: entryBytes + bytesOf(key) + bytesOf(value) };
  };

  return {
    async add(key, value, ttlMs, owner) {
      if (read(key)) return false;
      removeEnded(Date.now());
      // Without an owner, only the whole is a bound.
      if (owner !== undefined && (used.get(owner) ?? 0) >= limits.bytesOfOwner) throw new StoreFull(true);
      if (usedBytes >= limits.bytes) throw new StoreFull(false);
      write(key, toEntry(key, value, ttlMs, owner), ttlMs);
      return true;
    },
    async get(key) {
      return read(key)?.value;
    },
    async set(key, value, ttlMs, owner) {
      const before = read(key);
      const entry = toEntry(key, value, ttlMs, before?.owner ?? owner);
      // What a call that has run leaves behind may go over the bound, which many calls at once do, but not twice over it.
      // Something small always has room: it stands for a call that must not run again.
      const grown = entry.bytes - (before?.bytes ?? 0);
      if (bytesOf(value) > smallBytes) {
        const isOwn = (used.get(entry.owner) ?? 0) + grown > 2 * limits.bytesOfOwner;
        if (isOwn || usedBytes + grown > 2 * limits.bytes) throw new StoreFull(isOwn);
      }
      write(key, entry, ttlMs);
    },
    async delete(key) {
      remove(key);
    },
    take: counts.take,
  };
}

/** What an entry needs besides its texts, about. */
const entryBytes = 300;
const smallBytes = 512;

/** The memory that a text needs. Engines use one byte for each character if all of them are Latin. */
function bytesOf(text: string): number {
  return /[\u0100-\uffff]/.test(text) ? 2 * text.length : text.length;
}

interface Count {
  used: number;
  endsAt: number;
}

/** When there are more counts than this, some are forgotten before their window is over. */
const mostCounts = 100_000;
/** How many counts are compared to find one that may be forgotten. */
const sampleSize = 16;

function createCounts(): Pick<Store, 'take'> {
  const counts = new Map<string, Count>();

  /**
   * Forgets the count that has used the fewest points, among those that were not looked at for longest. Thus whoever has
   * spent their points does not get them back by filling the store with new counts.
   */
  const makeRoom = (now: number) => {
    if (counts.size < mostCounts) return;
    let least: [string, Count] | undefined;
    const sample = counts.entries();
    for (let index = 0; index < sampleSize; index++) {
      const { value, done } = sample.next();
      if (done) break;
      const [key, count] = value;
      counts.delete(key);
      if (count.endsAt <= now) {
        if (least) counts.set(...least);
        return;
      }
      if (least && least[1].used <= count.used) {
        counts.set(key, count);
      } else {
        if (least) counts.set(...least);
        least = value;
      }
    }
  };

  return {
    async take(key, { points, durationMs }) {
      const now = Date.now();
      const count = counts.get(key);
      if (!count || count.endsAt <= now) {
        counts.delete(key);
        makeRoom(now);
        counts.set(key, { used: 1, endsAt: now + durationMs });
        return 0;
      }
      count.used++;
      return count.used <= points ? 0 : count.endsAt - now;
    },
  };
}

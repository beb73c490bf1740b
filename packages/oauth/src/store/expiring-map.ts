/** A map whose entries end by themselves, and that has at most a certain number of them. */
export interface ExpiringMap<TValue> {
  /** Reads an entry that has not ended. */
  get(key: string): TValue | undefined;
  /** Sets an entry. Ask `hasRoom` first if the key is new. */
  set(key: string, value: TValue, endsAt: number): void;
  delete(key: string): void;
  /** Drops what has ended, and says whether a new entry has room. */
  hasRoom(): boolean;
}

export interface ExpiringMapOptions<TValue> {
  maxEntries: number;
  /** Is called for each entry that is replaced, deleted or has ended. */
  onRemove?: (key: string, value: TValue) => void;
}

interface Entry<TValue> {
  value: TValue;
  endsAt: number;
}

/** Makes a map that finds what has ended without looking at everything: entries are grouped by the second they end in. */
export function createExpiringMap<TValue>({
  maxEntries,
  onRemove = () => {},
}: ExpiringMapOptions<TValue>): ExpiringMap<TValue> {
  const entries = new Map<string, Entry<TValue>>();
  const ends = new Map<number, Set<string>>();
  // Nothing is left of this second and of those before it.
  let swept = secondOf(Date.now()) - 1;

  const remove = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    const second = secondOf(entry.endsAt);
    const sameSecond = ends.get(second);
    sameSecond?.delete(key);
    if (sameSecond?.size === 0) ends.delete(second);
    onRemove(key, entry.value);
  };
  const sweep = (now: number) => {
    while (swept < secondOf(now) - 1) {
      swept++;
      for (const key of ends.get(swept) ?? []) remove(key);
    }
  };
  /** Drops one entry that ended within this second, if there is one. */
  const dropOne = (now: number) => {
    for (const key of ends.get(secondOf(now)) ?? []) {
      if (entries.get(key)!.endsAt <= now) return remove(key);
    }
  };

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry && entry.endsAt > Date.now()) return entry.value;
      remove(key);
      return undefined;
    },
    set(key, value, endsAt) {
      remove(key);
      entries.set(key, { value, endsAt });
      const second = secondOf(endsAt);
      // The clock of the machine may have been set back.
      if (second <= swept) swept = second - 1;
      const sameSecond = ends.get(second) ?? new Set();
      ends.set(second, sameSecond.add(key));
    },
    delete: remove,
    hasRoom() {
      const now = Date.now();
      sweep(now);
      if (entries.size >= maxEntries) dropOne(now);
      return entries.size < maxEntries;
    },
  };
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1000);
}

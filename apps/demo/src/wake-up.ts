import { EventEmitter, on } from 'node:events';

// Only in this process. What other processes wrote is read when the watchers are woken up.
const written = new EventEmitter().setMaxListeners(0);

/** Wakes up all watchers of this process, so that they read the database again. */
export function wakeUpWatchers(): void {
  written.emit('written');
}

/**
 * Yields the rows that `readAfter` finds after a place, and those that are written later, until the signal aborts.
 * `readAfter` returns some of the rows after a place, the oldest first.
 */
export async function* watchRows<TRow, TPlace>(
  since: TPlace | undefined,
  options: {
    readAfter: (place: TPlace) => Promise<TRow[]>;
    /** Where to begin without `since`: the place of the newest row. */
    readNewest: () => Promise<TPlace>;
    placeOf: (row: TRow) => TPlace;
    signal: AbortSignal | undefined;
  },
): AsyncGenerator<TRow> {
  const { readAfter, readNewest, placeOf, signal } = options;
  // It listens before it reads, so that no row is missed in between.
  const wakeUps = on(written, 'written', { signal });
  try {
    for (let last: TPlace = since ?? (await readNewest()); ;) {
      const rows = await readAfter(last);
      for (const row of rows) {
        yield row;
        last = placeOf(row);
      }
      if (rows.length === 0) await wakeUps.next();
    }
  } finally {
    await wakeUps.return?.();
  }
}

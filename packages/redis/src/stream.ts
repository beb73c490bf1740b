import type { Connection } from './connection.ts';

/** An entry of a Redis stream. */
export interface Entry {
  id: string;
  fields: Record<string, string>;
}

export interface StreamOptions {
  connection: Connection;
  key: string;
  onEntry: (entry: Entry) => void;
  /** Is called when entries may have been missed: they were removed, or were added before the first read succeeded. */
  onGap: () => void;
  /** Is called with the first failure after a success. */
  onFailure: (error: unknown) => void;
}

/** About how many entries Redis keeps. A node that was away while more were added has missed some. */
const most = 10_000;
const batch = 500;
/** How long Redis waits for an entry before it answers that there is none. */
const blockMs = 5000;
const longestPauseMs = 2000;

export async function append(
  connection: Connection,
  key: string,
  fields: Record<string, string>,
): Promise<string> {
  const pairs = Object.entries(fields).flat();
  return String(await connection.send(['XADD', key, 'MAXLEN', '~', String(most), '*', ...pairs]));
}

/** Reads all entries that are added from now on, also after reconnections. Returns a function that ends it. */
export function readStream({ connection, key, onEntry, onGap, onFailure }: StreamOptions): () => void {
  const end = new AbortController();
  const { signal } = end;
  // The id of the last entry that was read.
  let cursor: string | undefined;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // Adds an entry of its own to begin with. While Redis still has that entry, it has all later ones.
  const resume = async () => {
    if (cursor !== undefined) {
      const found = await connection.send(['XRANGE', key, cursor, cursor]);
      if ((found as unknown[]).length > 0) return cursor;
    }
    const isFirst = cursor === undefined && failures === 0;
    cursor = await append(connection, key, { begin: '1' });
    if (!isFirst) onGap();
    return cursor;
  };

  const readOn = async (from: string) => {
    const reply = await connection.send(
      ['XREAD', 'COUNT', String(batch), 'BLOCK', String(blockMs), 'STREAMS', key, from],
      blockMs,
    );
    const entries = toEntries(reply);
    for (const entry of entries) {
      if (signal.aborted) return from;
      cursor = entry.id;
      onEntry(entry);
    }
    // After a full batch this node may be far behind, so that the next entries could be removed already.
    return entries.length < batch ? cursor : undefined;
  };

  const run = async () => {
    let from: string | undefined;
    while (!signal.aborted) {
      try {
        from = await readOn(from ?? (await resume()));
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        from = undefined;
        if (failures === 0) onFailure(error);
        failures++;
        const ms = Math.min(longestPauseMs, 100 * 2 ** Math.min(failures, 5)) * (0.5 + Math.random() / 2);
        await new Promise<void>((resolve) => {
          timer = setTimeout(resolve, ms);
        });
      }
    }
  };

  void run();
  return () => {
    end.abort();
    clearTimeout(timer);
  };
}

/** Reads the entries of the one stream in an answer to XREAD. */
function toEntries(reply: unknown): Entry[] {
  if (reply === null || reply === undefined) return [];
  const [, entries] = toPair(reply) as [string, [string, string[]][]];
  return entries.map(([id, fields]) => ({ id, fields: toFields(fields) }));
}

/** RESP2 has a list of pairs, RESP3 a map. Clients return the map as a Map, an object or a flat list. */
function toPair(reply: object): unknown {
  const pairs = reply instanceof Map ? [...reply] : Array.isArray(reply) ? reply : Object.entries(reply);
  return Array.isArray(pairs[0]) ? pairs[0] : pairs;
}

function toFields(flat: readonly unknown[]): Record<string, string> {
  const fields: Record<string, string> = {};
  for (let at = 0; at + 1 < flat.length; at += 2) fields[String(flat[at])] = String(flat[at + 1]);
  return fields;
}

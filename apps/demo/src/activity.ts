import type { McpCall } from '@trpc-mcp/core';
import { asc, desc, getTableColumns, gt, lt, lte, sql } from 'drizzle-orm';
import { toExcerpt, toShortText } from './activity-excerpt.ts';
import type { Context } from './context.ts';
import type { Database } from './db/database.ts';
import { locks } from './db/lock.ts';
import { activity } from './db/schema.ts';
import { wakeUpWatchers, watchRows } from './wake-up.ts';

/** What an agent did: one call of a tool, one resource that it read, or one prompt that it took. */
export interface Activity {
  id: string;
  /** When the call began. */
  at: Date;
  /** As they were at that time. */
  person: { name: string; role: string };
  client: string;
  era: string;
  tool: string;
  path: string;
  /** What was sent, with long texts and lists cut. */
  arguments: unknown;
  ok: boolean;
  /** The code of the error, such as `FORBIDDEN`. */
  error: string | null;
  /** How long the procedure took. For a subscription, how long until it began. */
  ms: number;
}

/** The newest calls that are kept. */
const kept = 2000;
/** The calls that may wait to be written. Later ones are not recorded. */
const mostWaiting = 1000;

/** Records a call soon, and logs if that fails: the call itself does not wait for it and does not fail with it. */
export function recordActivity(
  { db, user, readArguments }: Context,
  { tool, client, era }: McpCall,
  outcome: { at: Date; ms: number; error: string | null },
): void {
  const writer = writerOf(db);
  if (writer.waiting.length >= mostWaiting) {
    console.error(`The activity log is slow: a call of ${tool.path} was not recorded`);
    return;
  }
  writer.waiting.push({
    ...outcome,
    userId: user?.id ?? null,
    name: user?.name ?? 'somebody unknown',
    role: user?.role ?? 'none',
    client: toShortText(client?.title ?? client?.name ?? 'an unnamed client'),
    era,
    tool: tool.name,
    path: tool.path,
    readArguments,
  });
  writer.running ??= writeAll(db, writer).finally(() => (writer.running = undefined));
}

/** Waits until what was recorded so far is written. */
export async function settleActivity(db: Database): Promise<void> {
  await writers.get(db)?.running;
}

/** Lists what agents did, the newest first. Returns one page, which starts after `cursor`. */
export async function listActivity(db: Database, limit: number, cursor: string | undefined) {
  const rows = await db
    .select(columns)
    .from(activity)
    .where(cursor === undefined ? undefined : lt(activity.id, Number(cursor)))
    .orderBy(desc(activity.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(toActivity);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Yields what agents do from now on, or did after the call with the id `since`, until the signal aborts. */
export async function* watchActivity(
  db: Database,
  since: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<Activity> {
  const rows = watchRows(since === undefined ? undefined : Number(since), {
    readAfter: (id) =>
      db.select(columns).from(activity).where(gt(activity.id, id)).orderBy(asc(activity.id)).limit(100),
    readNewest: async () => {
      const [newest] = await db
        .select({ id: activity.id })
        .from(activity)
        .orderBy(desc(activity.id))
        .limit(1);
      return newest?.id ?? 0;
    },
    placeOf: ({ id }) => id,
    signal,
  });
  for await (const row of rows) yield toActivity(row);
}

const { userId: _, ...columns } = getTableColumns(activity);

interface Recorded extends Omit<typeof activity.$inferInsert, 'arguments'> {
  readArguments: Context['readArguments'];
}

interface Writer {
  waiting: Recorded[];
  running: Promise<void> | undefined;
}

const writers = new WeakMap<Database, Writer>();

function writerOf(db: Database): Writer {
  const known = writers.get(db);
  if (known) return known;
  const writer: Writer = { waiting: [], running: undefined };
  writers.set(db, writer);
  return writer;
}

async function writeAll(db: Database, { waiting }: Writer): Promise<void> {
  while (waiting.length > 0) {
    const batch = waiting.splice(0, 100);
    try {
      await write(db, await Promise.all(batch.map(toRow)));
      wakeUpWatchers();
    } catch (error) {
      console.error(`The activity log lost ${batch.length} calls:`, error);
    }
  }
}

async function toRow({ readArguments, ...row }: Recorded): Promise<typeof activity.$inferInsert> {
  // Arguments that could not be decoded cannot be read here either.
  const sent = await readArguments?.().catch(() => undefined);
  return { ...row, arguments: toExcerpt(sent) };
}

async function write(db: Database, rows: (typeof activity.$inferInsert)[]): Promise<void> {
  await db.transaction(async (tx) => {
    // One node after another, so that a watcher who has seen a row has seen all earlier ones.
    await tx.execute(sql`select pg_advisory_xact_lock(${locks.activity})`);
    const ids = await tx.insert(activity).values(rows).returning({ id: activity.id });
    const newest = Math.max(...ids.map(({ id }) => id));
    await tx.delete(activity).where(lte(activity.id, newest - kept));
  });
}

function toActivity(row: Omit<typeof activity.$inferSelect, 'userId'>): Activity {
  const { id, name, role, error, ...rest } = row;
  return { ...rest, id: String(id), person: { name, role }, ok: error === null, error };
}

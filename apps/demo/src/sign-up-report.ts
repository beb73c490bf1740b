import { and, count, gte, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Database } from './db/database.ts';
import { customers } from './db/schema.ts';
import { startOfWeek } from './weekly-report.ts';

const week = 7 * 24 * 60 * 60 * 1000;

export const signUpsOutput = z.object({
  startsAt: z.date(),
  running: z.boolean().describe('It is not over yet'),
  signUps: z.int(),
  signUpsBefore: z.int().describe('In the one before; for the running one up to the same day and time'),
  changePercent: z.number().nullable().describe('null when there was nothing to compare with'),
});

export interface Periods {
  unit: 'week' | 'month';
  /** How many, the running one included. */
  count: number;
}

/** Counts the sign-ups of weeks or months, the oldest first, each compared with the one before. */
export async function countSignUps(
  db: Database,
  { unit, count: length }: Periods,
): Promise<z.output<typeof signUpsOutput>[]> {
  const now = new Date();
  // One more than requested, because the first one needs one to be compared with.
  const starts = Array.from({ length: length + 1 }, (_, i) => startOf(unit, now, length - i));
  const [first, before, running] = [starts[0]!, starts.at(-2)!, starts.at(-1)!];
  // A month may be shorter than the running one is old.
  const sameTime = Math.min(before.getTime() + now.getTime() - running.getTime(), running.getTime());
  const bounds = sql.join(
    starts.map((start) => sql`${start.toISOString()}::timestamptz`),
    sql`, `,
  );
  const rows = await db
    .select({
      index: sql`width_bucket(${customers.signedUpAt}, array[${bounds}])`.mapWith(Number).as('period_index'),
      signUps: count(),
      signUpsToDate: sql`count(*) filter (where ${lt(customers.signedUpAt, new Date(sameTime))})`.mapWith(
        Number,
      ),
    })
    .from(customers)
    .where(and(gte(customers.signedUpAt, first), lt(customers.signedUpAt, now)))
    .groupBy(sql`period_index`);

  // The first period has the index 1.
  const byIndex = new Map(rows.map((row) => [row.index - 1, row]));
  return starts.slice(1).map((startsAt, i) => {
    const isRunning = startsAt === running;
    const earlier = byIndex.get(i);
    const signUps = byIndex.get(i + 1)?.signUps ?? 0;
    const signUpsBefore = (isRunning ? earlier?.signUpsToDate : earlier?.signUps) ?? 0;
    return {
      startsAt,
      running: isRunning,
      signUps,
      signUpsBefore,
      changePercent: signUpsBefore === 0 ? null : Math.round((signUps / signUpsBefore - 1) * 1000) / 10,
    };
  });
}

/** The beginning of the week or month so many before that of `now`, in UTC. */
function startOf(unit: Periods['unit'], now: Date, before: number): Date {
  if (unit === 'week') return new Date(startOfWeek(now).getTime() - before * week);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - before));
}

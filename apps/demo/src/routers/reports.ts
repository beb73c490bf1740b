import { and, count, gte, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { customers } from '../db/schema.ts';
import { router, staffProcedure } from '../trpc.ts';
import { askForWeeklyReport, startOfWeek } from '../weekly-report.ts';

const week = 7 * 24 * 60 * 60 * 1000;

export const reportsRouter = router({
  signUps: staffProcedure
    .meta({
      mcp: {
        title: 'Sign-ups week over week',
        description:
          'Counts new customers for each week (Monday to Sunday, UTC), the oldest week first, each compared with the ' +
          'week before. The last week is still running and is compared with the same days of the week before.',
      },
    })
    .input(
      z.object({
        weeks: z
          .int()
          .min(1)
          .max(52)
          .default(8)
          .describe('How many weeks to return, the running week included'),
      }),
    )
    .output(
      z.array(
        z.object({
          startsAt: z.date(),
          running: z.boolean().describe('The week is not over yet'),
          signUps: z.int(),
          signUpsBefore: z
            .int()
            .describe('In the week before; for the running week up to the same day and time'),
          changePercent: z.number().nullable().describe('null when there was nothing to compare with'),
        }),
      ),
    )
    .query(async ({ ctx, input }) => {
      const now = new Date();
      const thisWeek = startOfWeek(now);
      // One week more than requested, because the first week is needed for comparison.
      const first = new Date(thisWeek.getTime() - input.weeks * week);
      const rows = await ctx.db
        .select({
          index:
            sql`floor((extract(epoch from ${customers.signedUpAt}) - ${first.getTime() / 1000}) * 1000 / ${week})`
              .mapWith(Number)
              .as('week_index'),
          signUps: count(),
          signUpsToDate:
            sql`count(*) filter (where ${lt(customers.signedUpAt, new Date(now.getTime() - week))})`.mapWith(
              Number,
            ),
        })
        .from(customers)
        .where(and(gte(customers.signedUpAt, first), lt(customers.signedUpAt, now)))
        .groupBy(sql`week_index`);

      const byIndex = new Map(rows.map((row) => [row.index, row]));
      return Array.from({ length: input.weeks }, (_, i) => {
        const running = i === input.weeks - 1;
        const before = byIndex.get(i);
        const signUps = byIndex.get(i + 1)?.signUps ?? 0;
        const signUpsBefore = (running ? before?.signUpsToDate : before?.signUps) ?? 0;
        return {
          startsAt: new Date(first.getTime() + (i + 1) * week),
          running,
          signUps,
          signUpsBefore,
          changePercent: signUpsBefore === 0 ? null : Math.round((signUps / signUpsBefore - 1) * 1000) / 10,
        };
      });
    }),

  weekly: staffProcedure
    .meta({
      mcp: {
        prompt: { name: 'weekly_report' },
        title: 'Weekly report',
        description:
          'Asks for a report on the sign-ups, trials, invoices and closed accounts of a week, with the figures.',
        complete: { country: 'customers.countries' },
      },
    })
    .input(
      z.object({
        week: z
          .enum(['last', 'running'])
          .default('last')
          .describe('The last whole week, or the one that is running'),
        country: z.string().trim().min(1).max(60).optional().describe('Only customers of this country'),
      }),
    )
    .output(z.string())
    .query(({ ctx, input }) => askForWeeklyReport(ctx.db, { which: input.week, country: input.country })),
});

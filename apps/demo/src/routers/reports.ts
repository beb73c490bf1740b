import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { countSignUps, signUpsOutput } from '../sign-up-report.ts';
import { textInput } from '../text.ts';
import { router, staffProcedure } from '../trpc.ts';
import { askForWeeklyReport } from '../weekly-report.ts';

// Two levels up both from src/routers and from dist/routers.
const chartFile = new URL('../../app/sign-up-chart.html', import.meta.url);
const chartUri = 'ui://back-office/sign-ups';

export const reportsRouter = router({
  signUps: staffProcedure
    .meta({
      mcp: {
        title: 'Sign-ups over time',
        description:
          'Counts new customers for each week (Monday to Sunday, UTC) or month, the oldest first, each compared with ' +
          'the one before. The last is still running and is compared with the same days of the one before.',
        // Clients that show MCP Apps draw the figures as a chart.
        _meta: { ui: { resourceUri: chartUri } },
      },
    })
    .input(
      z.object({
        weeks: z.int().min(1).max(52).default(8).describe('How many weeks, the running one included'),
        months: z.int().min(1).max(24).optional().describe('So many months instead'),
      }),
    )
    .output(z.array(signUpsOutput))
    .query(({ ctx, input: { weeks, months } }) =>
      countSignUps(
        ctx.db,
        months === undefined ? { unit: 'week', count: weeks } : { unit: 'month', count: months },
      ),
    ),

  signUpChart: staffProcedure
    .meta({
      mcp: {
        title: 'Chart of sign-ups',
        description: 'The page that shows the result of reports_signUps as a chart.',
        resource: { uri: chartUri, _meta: { ui: { prefersBorder: true } } },
      },
    })
    .output(z.string())
    .query(() => readFile(chartFile, 'utf8')),

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
        country: textInput.trim().min(1).max(60).optional().describe('Only customers of this country'),
      }),
    )
    .output(z.string())
    .query(({ ctx, input }) => askForWeeklyReport(ctx.db, { which: input.week, country: input.country })),
});

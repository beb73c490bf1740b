import { setTimeout as sleep } from 'node:timers/promises';
import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const authed = t.procedure.use(({ ctx: { user }, next }) => {
  if (user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user } });
});

const months = ['January', 'February', 'March', 'April', 'May', 'June'];

const sales = authed
  .meta({ mcp: { task: true, description: 'Makes the report of the sales of a year. Takes minutes.' } })
  .input(z.object({ year: z.int() }))
  .query(async ({ input, ctx, signal }) => {
    for (const [index, month] of months.entries()) {
      getMcpCall()?.progress({ progress: index, total: months.length, message: `Adding up ${month}` });
      await sleep(stepMs, undefined, { signal });
    }
    return { year: input.year, total: 4_200, by: ctx.user };
  });

const importFile = authed
  .meta({
    mcp: {
      task: { ttlMs: 15 * 60_000, pollMs: 2_000 },
      confirm: 'Import {file}? Customers with the same number are replaced.',
      description: 'Imports customers from a file of the shared folder.',
    },
  })
  .input(z.object({ file: z.string() }))
  .mutation(async ({ input, signal }) => {
    await sleep(stepMs, undefined, { signal });
    return { file: input.file, imported: 120 };
  });

/** For a client that has lost the ids of its tasks. */
const mine = authed
  .meta({ mcp: { description: 'Lists the reports and imports of this person that run or have ended.' } })
  .query(() => getMcpCall()?.tasks() ?? []);

export const appRouter = t.router({
  reports: t.router({ sales, mine }),
  customers: t.router({ import: importFile }),
});

/** How long one step of the work takes. A real app has no such line. */
const stepMs = Number(process.env['STEP_MS'] ?? 2000);

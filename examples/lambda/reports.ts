import { initTRPC } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';

const t = initTRPC.context<{ author: string }>().meta<McpMeta>().create();

/** For the test of this example: called after each step, which it may hold up. */
export const steps = { after: async (_step: number): Promise<void> => {} };

export const reports = t.router({
  write: t.procedure.meta({ mcp: true }).mutation(async ({ ctx }) => {
    for (const step of [1, 2, 3]) {
      getMcpCall()?.progress({ progress: step, total: 3, message: `part ${step}` });
      await steps.after(step);
    }
    return `A report for ${ctx.author}`;
  }),
});

import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
import type { Context } from './router.ts';
import { taskMs } from './task-time.ts';
import { waitFor } from './wait.ts';

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();

const task = { ttlMs: taskMs, pollMs: 10 };
const stepMs = 5;

let running = 0;

/** How many calls of these procedures have begun and not ended. */
export function countRunning(): number {
  return running;
}

const counted = t.procedure.use(async ({ ctx: { user }, next }) => {
  if (user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED' });
  running++;
  try {
    return await next();
  } finally {
    running--;
  }
});

/** Procedures whose calls take long: they become tasks, or answer on streams. */
export function createLongApp() {
  return t.router({
    count: counted
      .meta({ mcp: { description: 'Counts, and says how far it is.', task } })
      .input(z.object({ to: z.int().max(10_000) }))
      .mutation(async ({ input: { to }, signal }) => {
        for (let progress = 1; progress <= to; progress++) {
          getMcpCall()!.progress({ progress, total: to });
          await waitFor(stepMs, signal);
          signal?.throwIfAborted();
        }
        return { counted: to };
      }),
    soon: counted
      .meta({ mcp: { description: 'Ends soon, or not.', task: { ...task, after: 10 } } })
      .mutation(async ({ signal }) => {
        await waitFor(Math.random() * 20, signal);
        signal?.throwIfAborted();
        return { ended: true };
      }),
    choose: counted
      .meta({ mcp: { description: 'Asks for a color, and for another one.', task } })
      .mutation(async () => {
        const schema = z.object({ color: z.string() });
        const first = await getMcpCall()!.ask({ message: 'Which color?', schema, key: 'first' });
        if (first.action !== 'accept') return { colors: [] };
        const second = await getMcpCall()!.ask({ message: 'And which one then?', schema, key: 'second' });
        return {
          colors: [first, second].map((answer) => ('content' in answer ? answer.content?.color : undefined)),
        };
      }),
  });
}

export type LongApp = ReturnType<typeof createLongApp>;

/** A program with tasks, which its client starts. */
import { initTRPC } from '@trpc/server';
import { serveStdio } from '../../src/adapters/stdio.ts';
import { getMcpCall, type McpMeta } from '../../src/index.ts';

const t = initTRPC.meta<McpMeta>().create();
const task = t.procedure.meta({ mcp: { task: { pollMs: 10 } } });

const router = t.router({
  report: task.query(() => ({ rows: 3 })),
  order: t.procedure.meta({ mcp: { task: true, confirm: 'Order it?' } }).mutation(() => 'ordered'),
  wait: task.mutation(async ({ signal }) => {
    await new Promise<void>((resolve) => signal!.addEventListener('abort', () => resolve()));
    console.error('it was told to stop');
  }),
  mine: t.procedure.meta({ mcp: true }).query(() => getMcpCall()!.tasks()),
});

serveStdio(router);

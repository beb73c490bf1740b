import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();
const account = z.object({ id: z.string() });
const closed = new Set<string>();
let note = 'Water the plants.';

export const appRouter = t.router({
  whoami: t.procedure.meta({ mcp: true }).query(({ ctx }) => ctx.user ?? 'nobody'),
  close: t.procedure
    .meta({ mcp: { confirm: 'Close the account of {id}?' } })
    .input(account)
    .mutation(({ input }) => {
      closed.add(input.id);
      return `${input.id} is closed`;
    }),
  remind: t.procedure
    .meta({ mcp: { rateLimit: { points: 2, durationMs: 60_000 } } })
    .input(account)
    .mutation(({ input }) => `${input.id} has got a mail`),
  note: t.procedure
    .meta({ mcp: { tool: false, resource: { uri: 'app://note', mimeType: 'text/plain' } } })
    .query(() => note),
});

export function writeNote(text: string): void {
  note = text;
}

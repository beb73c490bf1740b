// A server over stdio whose tools are called from code.
import { initTRPC } from '@trpc/server';
import { z } from 'zod';
import { serveStdio } from '../../src/adapters/stdio.ts';
import type { McpMeta } from '../../src/index.ts';
import { api, scripts } from './script.ts';

const t = initTRPC.meta<McpMeta>().create();
const ran: string[] = [];

const router = t.router({
  read: t.procedure.meta({ mcp: true }).query(() => {
    ran.push('read');
    return 'read';
  }),
  close: t.procedure
    .meta({ mcp: { confirm: 'Close {id}?' } })
    .input(z.object({ id: z.string() }))
    .mutation(({ input }) => {
      ran.push(`close ${input.id}`);
      return { closed: input.id };
    }),
});

serveStdio(router, {
  discovery: scripts({
    it: async (run) => {
      await api(run, 'read');
      await api(run, 'close', { id: 'a' });
      await api(run, 'close', { id: 'b' });
      return ran;
    },
  }),
});

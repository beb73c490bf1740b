import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context {
  user: { name: string; role: 'admin' | 'viewer' } | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx: { user }, next }) => {
  if (!user) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user } });
});

const admin = signedIn.use(({ ctx, next }) => {
  if (ctx.user.role !== 'admin') throw new TRPCError({ code: 'FORBIDDEN', message: 'Ask an admin.' });
  return next();
});

const Customer = z.object({ id: z.string(), name: z.string(), since: z.date() });
const customers = [
  { id: 'c1', name: 'Ada', since: new Date('2026-01-31T09:00:00Z') },
  { id: 'c2', name: 'Grace', since: new Date('2026-06-01T09:00:00Z') },
];

export const appRouter = t.router({
  customers: {
    list: signedIn
      .meta({ mcp: true })
      .input(z.object({ since: z.date().optional() }))
      .output(z.array(Customer))
      .query(({ input: { since } }) => customers.filter((one) => !since || one.since >= since)),

    count: signedIn.meta({ mcp: true }).query(() => ({ customers: customers.length, at: new Date() })),

    deactivate: admin
      .meta({ mcp: { confirm: 'Deactivate {id}?' } })
      .input(z.object({ id: z.string() }))
      .mutation(({ input }) => `${input.id} is deactivated`),

    export: admin.meta({ mcp: true }).mutation(() => {
      for (const [index] of customers.entries()) {
        getMcpCall()?.progress({ progress: index + 1, total: customers.length });
      }
      return customers.map(({ name }) => name).join('\n');
    }),

    erase: admin.input(z.object({ id: z.string() })).mutation(() => undefined),
  },
});

/** The same function for tRPC's adapter and for `mcpHandler`. */
export function createContext({ req }: { req: Request }): Context {
  const token = req.headers.get('authorization');
  return { user: token === 'Bearer of-ines' ? { name: 'Ines', role: 'admin' } : undefined };
}

import { initTRPC, lazy, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

export interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

const signedIn = t.procedure.use(({ ctx, next }) => {
  if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in first.' });
  return next({ ctx: { user: ctx.user } });
});

const admin = signedIn.use(({ ctx, next }) => {
  if (ctx.user === 'Ada') return next();
  throw new TRPCError({ code: 'FORBIDDEN', message: `${ctx.user} is no admin.` });
});

const game = { goals: 0 };
const clients = { waiting: 0, gone: 0 };

export const appRouter = t.router({
  greet: t.procedure
    .meta({ mcp: true })
    .input(z.object({ name: z.string().min(1), since: z.date() }))
    .output(z.object({ greeting: z.string(), until: z.date() }))
    .query(({ input }) => ({
      greeting: `Hi ${input.name}, ${input.since.getUTCFullYear()}`,
      until: new Date(input.since.getTime() + 1000),
    })),

  values: t.procedure
    .meta({ mcp: true })
    .input(z.object({ big: z.bigint(), map: z.map(z.string(), z.date()), file: z.file() }))
    .query(async ({ input: { big, map, file } }) => ({
      big: big + 1n,
      years: new Set([...map.values()].map((date) => date.getUTCFullYear())),
      bytes: new TextEncoder().encode(`${file.name}: ${await file.text()}`),
    })),

  /** Answers late, so that calls overlap. */
  which: t.procedure
    .meta({ mcp: true })
    .input(z.object({ number: z.int() }))
    .query(async ({ input, path }) => {
      await new Promise((resolve) => setTimeout(resolve, 10 * (3 - input.number)));
      const call = getMcpCall();
      return { number: input.number, path, tool: call?.tool.name, era: call?.era };
    }),

  me: signedIn.meta({ mcp: true }).query(({ ctx }) => ctx.user),
  close: admin.meta({ mcp: true }).mutation(() => 'closed'),
  fail: t.procedure.meta({ mcp: true }).query(() => {
    throw new Error('the password is hunter2');
  }),

  /** Ends when a client that has received its progress says so. */
  play: t.procedure.meta({ mcp: true }).mutation(async () => {
    const { goals } = game;
    getMcpCall()?.progress({ progress: 1 });
    // Waits with a timer, because workerd ends a request that waits only for another request.
    while (game.goals === goals) await new Promise((resolve) => setTimeout(resolve, 20));
    return game.goals - goals;
  }),
  goal: t.procedure.meta({ mcp: true }).mutation(() => {
    game.goals += 1;
  }),

  /** Ends when its client hangs up. */
  wait: t.procedure.meta({ mcp: true }).query(async ({ signal }) => {
    clients.waiting += 1;
    await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()));
    clients.waiting -= 1;
    clients.gone += 1;
  }),
  clients: t.procedure.meta({ mcp: true }).query(() => clients),

  later: lazy(async () => {
    const { later } = await import('./later.ts');
    return { default: later };
  }),
});

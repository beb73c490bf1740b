import { initTRPC, TRPCError } from '@trpc/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { getMcpCall, type McpMeta } from '../../src/index.ts';

/** The context that every host's `createContext` makes from its request, or from its environment. */
export interface Context {
  user: string | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta<Context>>().create();
const tool = t.procedure.meta({ mcp: true });

/** Options for every host that serves HTTP. */
export const options = { cors: { origins: ['https://app.example.com'] } };

/** The cookies that `createContext` sets, if the host allows it. */
export const cookies = [
  { name: 'seen', value: 'yes' },
  { name: 'theme', value: 'dark' },
];

/** Who is signed in, as `Authorization: Bearer ada` says. */
export function userOf(authorization: string | null | undefined): string | undefined {
  return authorization?.replace(/^Bearer /, '') || undefined;
}

/** The state of each call that waits. Another call can read it, or let the call continue. */
const waits = new Map<string, 'waiting' | 'released' | 'aborted'>();

/**
 * Marks a call as waiting, and returns a promise that resolves when another call lets it continue. The client makes
 * that call when it has received the earlier messages.
 */
function hold(id: string, signal: AbortSignal | undefined): () => Promise<void> {
  waits.set(id, 'waiting');
  return async () => {
    while (waits.get(id) === 'waiting') {
      if (signal?.aborted) waits.set(id, 'aborted');
      await sleep(5);
    }
  };
}

/** The router behind `describeTransports`, for every host. */
export const router = t.router({
  whoami: tool.query(({ ctx }) => ({ user: ctx.user ?? null, client: getMcpCall()?.client?.name ?? null })),
  tomorrow: tool
    .input(z.object({ today: z.date() }))
    .output(z.object({ day: z.date() }))
    .query(({ input }) => ({ day: new Date(input.today.getTime() + 86_400_000) })),
  echo: tool.input(z.object({ text: z.string() })).query(({ input }) => ({ text: input.text })),
  missing: tool.query(() => {
    throw new TRPCError({ code: 'NOT_FOUND', message: 'no such customer' });
  }),
  personal: tool.query(({ ctx }) => {
    if (ctx.user === undefined) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'sign in first' });
    if (ctx.user !== 'admin') throw new TRPCError({ code: 'FORBIDDEN', message: 'admins only' });
    return { user: ctx.user };
  }),
  secret: t.procedure
    .meta({ mcp: { visible: (ctx) => ctx.user === 'admin' } })
    .query(() => ({ secret: 'none' })),
  guide: t.procedure
    .meta({ mcp: { resource: { uri: 'guide://start' } } })
    .query(({ ctx }) => `Welcome, ${ctx.user}. 世界`),
  customer: t.procedure
    .meta({ mcp: { resource: { uri: 'customers://{id}' } } })
    .input(z.object({ id: z.string() }))
    .query(({ input, ctx }) => ({ ...input, by: ctx.user })),
  greeting: t.procedure
    .meta({ mcp: { prompt: true } })
    .input(z.object({ name: z.string() }))
    .query(({ input, ctx }) => `Greet ${input.name} as ${ctx.user} would.`),
  count: tool.input(z.object({ id: z.string() })).mutation(async ({ input, signal }) => {
    for (const progress of [1, 2]) {
      const released = hold(input.id, signal);
      callOf().progress({ progress, total: 2, message: `${progress} of 2` });
      await released();
    }
    return { counted: 2 };
  }),
  stream: tool.input(z.object({ id: z.string() })).query(async function* ({ input, signal }) {
    try {
      for (const value of ['first', 'second']) {
        const released = hold(input.id, signal);
        yield value;
        await released();
      }
    } finally {
      if (signal?.aborted) waits.set(input.id, 'aborted');
    }
  }),
  agree: t.procedure
    .meta({ mcp: { confirm: 'Agreed?' } })
    .mutation(() => ({ by: getMcpCall()?.client?.name ?? null })),
  confirm: tool.mutation(async () => {
    const answer = await callOf().ask({
      message: 'Really?',
      schema: z.object({ sure: z.boolean() }),
    });
    return { answer };
  }),
  wait: tool.input(z.object({ id: z.string() })).mutation(async ({ input, signal }) => {
    await hold(input.id, signal)();
    return {};
  }),
  waited: tool
    .input(z.object({ id: z.string() }))
    .query(({ input }) => ({ state: waits.get(input.id) ?? 'unknown' })),
  release: tool.input(z.object({ id: z.string() })).mutation(({ input }) => {
    waits.set(input.id, 'released');
    return {};
  }),
});

function callOf() {
  const call = getMcpCall();
  if (!call) throw new Error('this is no MCP call');
  return { progress: call.progress.bind(call), ask: call.ask.bind(call) };
}

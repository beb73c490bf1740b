import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta, Store } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();

export const accounts = new Map([
  ['ada', { open: true, days: 14 }],
  ['bob', { open: true, days: 0 }],
]);

const account = z.object({ id: z.string() });

const close = t.procedure
  .meta({ mcp: { title: 'Close an account', confirm: 'Close the account of {id}?' } })
  .input(account)
  .mutation(({ input }) => {
    accounts.get(input.id)!.open = false;
    return `${input.id} is closed`;
  });

const findAccount = t.procedure.input(account).query(({ input }) => {
  const found = accounts.get(input.id);
  if (!found) throw new TRPCError({ code: 'NOT_FOUND', message: `there is no account ${input.id}` });
  return found;
});

const reset = t.procedure
  .meta({ mcp: { confirm: { question: 'Take the last {days} days from {id}?', with: 'findAccount' } } })
  .input(account)
  .mutation(({ input }) => (accounts.get(input.id)!.days = 0));

const days = z.object({ id: z.string(), days: z.int().min(1).max(90) });

const extend = t.procedure
  .meta({ mcp: { idempotent: true, dryRun: 'afterExtending' } })
  .input(days)
  .mutation(({ input }) => (accounts.get(input.id)!.days += input.days));

const afterExtending = t.procedure
  .input(days)
  .query(({ input }) => accounts.get(input.id)!.days + input.days);

const remind = t.procedure
  .meta({ mcp: { rateLimit: { points: 3, durationMs: 60_000 } } })
  .input(account)
  .mutation(({ input }) => `${input.id} has got a mail`);

export const router = t.router({ close, findAccount, reset, extend, afterExtending, remind });

/** The options that all machines have to share. */
interface Shared {
  store: Store;
  secret: string;
}

export function createApp(shared?: Shared) {
  return mcpHandler(router, {
    rateLimit: { points: 100, durationMs: 60_000 },
    ...shared,
  });
}

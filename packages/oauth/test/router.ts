import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';
import type { Person } from './people.ts';

export const scopes = {
  'app:read': 'See your apples',
  'app:write': 'Add and remove apples',
} as const;

export type Scope = keyof typeof scopes;

export interface Context {
  user: Person | undefined;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

export const router = t.router({
  me: t.procedure.meta({ mcp: true }).query(({ ctx }) => ({ user: ctx.user ?? null })),
  list: t.procedure.meta({ mcp: { scopes: ['app:read'] } }).query(() => ({ apples: ['Boskoop', 'Elstar'] })),
  add: t.procedure
    .meta({ mcp: { scopes: ['app:write'] } })
    .input(z.object({ name: z.string() }))
    .mutation(({ input }) => ({ added: input.name })),
});

export type AppRouter = typeof router;

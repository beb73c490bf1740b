import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import superjson from 'superjson';
import { auth } from '~/server/auth';
import { findOwner, tokenOf } from '~/server/auth/token';
import { openDatabase } from '~/server/db';

/** Who is calling, and what says so: the cookie of a browser, or a token that the person gave an agent. */
interface Caller {
  id: number;
  name: string;
  by: 'cookie' | 'token';
}

/** Makes the context, for pages, tRPC and MCP alike. */
export async function createTRPCContext({ headers }: { headers: Headers }) {
  return { db: await openDatabase(), caller: await findCaller(headers) };
}

async function findCaller(headers: Headers): Promise<Caller | undefined> {
  const token = tokenOf(headers);
  if (token !== undefined) {
    const owner = await findOwner(token);
    return owner && { ...owner, by: 'token' };
  }
  const session = await auth();
  return session ? { id: Number(session.user.id), name: session.user.name, by: 'cookie' } : undefined;
}

const t = initTRPC.context<typeof createTRPCContext>().meta<McpMeta>().create({ transformer: superjson });

export const { router: createTRPCRouter, createCallerFactory } = t;

export const publicProcedure = t.procedure;

export const protectedProcedure = t.procedure.use(({ ctx: { caller }, next }) => {
  if (!caller) throw new TRPCError({ code: 'UNAUTHORIZED', message: 'Sign in, or send a valid token.' });
  return next({ ctx: { caller } });
});

/** For what a person does in the browser, and no agent in the person's name. */
export const browserProcedure = protectedProcedure.use(({ ctx: { caller }, next }) => {
  if (caller.by === 'cookie') return next();
  throw new TRPCError({ code: 'FORBIDDEN', message: 'Do this in the browser, on the settings page.' });
});

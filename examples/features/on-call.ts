import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta, OnCall } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

interface Context {
  user: string;
}

/** One row of the audit log. */
export interface Row {
  at: Date;
  user: string;
  path: string;
  kind: string;
  input: unknown;
  /** `ok`, or the code of the error. */
  ended: string;
  ms: number;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

export const router = t.router({
  card: t.procedure
    .meta({ mcp: { description: 'Reads a card.' } })
    .input(z.object({ id: z.string() }))
    .query(({ input }) => ({ id: input.id, number: '4111 1111 1111 1111', since: new Date('2026-01-31') })),
  block: t.procedure
    .meta({ mcp: { confirm: 'Block the card {id}?', description: 'Blocks a card.' } })
    .input(z.object({ id: z.string() }))
    .mutation(({ input }) => ({ blocked: input.id })),
});

/** Writes a row for each procedure that was executed or refused, also when it failed. */
export function audit(rows: Row[]): OnCall<Context> {
  return async ({ tool, input, ctx, next }) => {
    const at = new Date();
    const began = performance.now();
    const outcome = await next();
    // Nothing was executed: a person is asked first, or an earlier answer is given again.
    if (!outcome.ok && outcome.instead) return outcome;
    rows.push({
      at,
      user: ctx.user,
      path: tool.path,
      kind: tool.kind,
      input,
      ended: outcome.ok ? 'ok' : outcome.error.code,
      ms: performance.now() - began,
    });
    return outcome;
  };
}

const hidden = new Set(['number', 'iban', 'password']);

/** Replaces what no model has to read, in the results of all procedures. */
export const redact: OnCall<Context> = async ({ next }) => {
  const outcome = await next();
  return outcome.ok ? { ok: true, data: withoutSecrets(outcome.data) } : outcome;
};

/** A copy: what a procedure returned may be kept in a cache of the app. */
function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key,
    hidden.has(key) && typeof inner === 'string' ? '***' : withoutSecrets(inner),
  ]);
  return Object.fromEntries(entries);
}

/** Lets each person make so many calls a day. `used` stands for a counter in your database. */
export function quota(perDay: number, used: Map<string, number>): OnCall<Context> {
  return async ({ tool, ctx, round, next }) => {
    // A call that comes back with the answer of a person was counted before, and only calls of tools are.
    if (tool.kind !== 'tool' || round > 0) return next();
    const key = `${ctx.user} ${new Date().toISOString().slice(0, 10)}`;
    const count = (used.get(key) ?? 0) + 1;
    if (count > perDay) {
      throw new TRPCError({
        code: 'PAYMENT_REQUIRED',
        message: `Your plan has ${perDay} calls a day, and they are used up.`,
      });
    }
    used.set(key, count);
    return next();
  };
}

export interface Sinks {
  rows: Row[];
  used: Map<string, number>;
}

export function createApp({ rows, used }: Sinks) {
  return mcpHandler(router, {
    createContext: ({ req }: { req: IncomingMessage }): Context => ({
      user: String(req.headers['x-user'] ?? 'nobody'),
    }),
    // The first is outermost: it sees what the quota refuses, and results without secrets.
    onCall: [audit(rows), quota(3, used), redact],
  });
}

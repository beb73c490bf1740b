import { randomUUID } from 'node:crypto';
import { initTRPC, TRPCError } from '@trpc/server';
import { type CallFailure, getMcpCall, type McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

/** One row of the audit log. */
export interface Entry {
  at: Date;
  user: string;
  /** The procedure. */
  path: string;
  /** The tool, if an agent called. `null` over tRPC. */
  tool: string | null;
  input: unknown;
  /** `ok`, or the code of the error. */
  outcome: string;
  ms: number;
}

/** Stands for the table of your database, your log and your metrics. */
export interface Sinks {
  audit: Entry[];
  log: Record<string, unknown>[];
  calls: Map<string, number>;
}

interface Context {
  user: string;
  requestId: string;
  sinks: Sinks;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

/** Writes who did what, over tRPC and over MCP, and how it ended. */
const audited = t.middleware(async ({ ctx, path, getRawInput, next }) => {
  const at = new Date();
  const began = performance.now();
  const result = await next();
  ctx.sinks.audit.push({
    at,
    user: ctx.user,
    path,
    tool: getMcpCall()?.tool.name ?? null,
    // It throws if the arguments do not have the form of the schema.
    input: await getRawInput().catch(() => null),
    outcome: result.ok ? 'ok' : result.error.code,
    ms: performance.now() - began,
  });
  return result;
});

/** Counts calls by procedure, caller and outcome. */
const counted = t.middleware(async ({ ctx, path, next }) => {
  const result = await next();
  const outcome = result.ok ? 'ok' : result.error.code;
  const key = `${path} ${getMcpCall() ? 'mcp' : 'trpc'} ${outcome}`;
  ctx.sinks.calls.set(key, (ctx.sinks.calls.get(key) ?? 0) + 1);
  return result;
});

const procedure = t.procedure.use(counted);

export const router = t.router({
  close: procedure
    .use(audited)
    .meta({ mcp: { description: 'Closes an account.' } })
    .input(z.object({ account: z.string() }))
    .mutation(({ ctx, input }) => {
      logLine('closing', { account: input.account }, ctx);
      if (input.account === 'a1') return { closed: input.account };
      if (input.account === 'a2') throw new Error('connection to db-1.internal lost');
      throw new TRPCError({ code: 'NOT_FOUND', message: `There is no account ${input.account}.` });
    }),
});

/** Writes a line that says who caused it, wherever in the app it is written. */
function logLine(message: string, fields: object, { user, requestId, sinks }: Context): void {
  const call = getMcpCall();
  const agent = call && { tool: call.tool.name, era: call.era, client: call.client?.name };
  sinks.log.push({ message, user, requestId, ...fields, agent });
}

export function createContextFor(sinks: Sinks) {
  return ({ req }: { req: IncomingMessage }): Context => ({
    user: String(req.headers['x-user'] ?? 'nobody'),
    requestId: String(req.headers['x-request-id'] ?? randomUUID()),
    sinks,
  });
}

export function createApp(sinks: Sinks) {
  return mcpHandler(router, {
    createContext: createContextFor(sinks),
    onError({ error, reference, tool, path }: CallFailure) {
      sinks.log.push({ message: error.message, reference, tool, path, cause: error.cause });
    },
  });
}

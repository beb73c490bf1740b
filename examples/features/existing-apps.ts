import { initTRPC, TRPCError } from '@trpc/server';
import { fromOpenApiMeta, fromTrpcToMcpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';

interface Context {
  user: string | null;
}

/** The meta of an app that also has a REST API. It knows nothing of MCP. */
interface Meta {
  openapi?: { method: 'GET' | 'POST'; path: `/${string}`; summary?: string };
}

class AppError extends Error {}

const t = initTRPC.context<Context>().meta<Meta>().create();

const project = z.object({ id: z.string(), name: z.string(), createdAt: z.date() });
const projects = [{ id: 'p1', name: 'Apollo', createdAt: new Date('2026-01-31') }];

export const appRouter = t.router({
  projects: t.router({
    list: t.procedure
      .meta({ openapi: { method: 'GET', path: '/projects', summary: 'Lists the projects of the caller' } })
      .output(z.array(project))
      .query(() => projects),
    archive: t.procedure.input(z.object({ id: z.string() })).mutation(({ input }): string => {
      throw new AppError(`${input.id} has open invoices`);
    }),
  }),
  webhooks: t.router({ stripe: t.procedure.input(z.unknown()).mutation(() => 'ok') }),
});

const createContext = ({ req }: { req: IncomingMessage }): Context => ({
  user: req.headers['x-user']?.toString() ?? null,
});

/** All procedures, to look at. */
export const everything = mcpHandler(appRouter, { createContext, tag: () => true });

/** The procedures that the REST API documents. */
export const documented = mcpHandler(appRouter, { createContext, tag: fromOpenApiMeta() });

/** The procedures that a rule of the app chooses. */
export const chosen = mcpHandler(appRouter, {
  createContext,
  tag({ path, type, meta }) {
    if (path.startsWith('webhooks.')) return false;
    const description = meta?.openapi?.summary;
    return type === 'query' ? { description } : { description, confirm: true };
  },
  outputSchemas: 'small',
  budget: { listTokens: 15_000 },
  toError: (error) =>
    error instanceof AppError
      ? new TRPCError({ code: 'CONFLICT', message: error.message, cause: error })
      : undefined,
});

const old = initTRPC.meta<{ mcp?: { enabled?: boolean; description?: string } }>().create();

export const oldRouter = old.router({
  list: old.procedure.meta({ mcp: { enabled: true, description: 'Lists notes' } }).query(() => ['a note']),
  hidden: old.procedure.meta({ mcp: { enabled: false } }).query(() => 'not this'),
});

/** An app that has used trpc-to-mcp. */
export const migrated = mcpHandler(oldRouter, { tag: fromTrpcToMcpMeta() });

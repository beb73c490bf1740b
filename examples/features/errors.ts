import { initTRPC, TRPCError } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { mcpHandler } from '@trpc-mcp/core/node';
import { z } from 'zod';

interface Context {
  user: string;
}

/** The errors of the app's services, which know nothing of tRPC. */
class AppError extends Error {
  readonly isMissing: boolean;

  constructor(message: string, { isMissing = false } = {}) {
    super(message);
    this.isMissing = isMissing;
  }
}

/** An error of a service that only its own part of the app knows. */
class StockError extends Error {
  readonly left = 3;
}

const t = initTRPC
  .context<Context>()
  .meta<McpMeta>()
  .create({
    errorFormatter: ({ error, shape }) => ({
      ...shape,
      message: error.cause instanceof StockError ? `Only ${error.cause.left} are left.` : shape.message,
    }),
  });
const tool = t.procedure.meta({ mcp: true });

export const router = t.router({
  read: tool.input(z.object({ id: z.number() })).query(({ input }) => {
    throw new AppError(`There is no order ${input.id}`, { isMissing: true });
  }),
  pay: tool.mutation(() => {
    throw new AppError('This order is paid already.');
  }),
  buy: tool.mutation(() => {
    throw new StockError('stock of sku 7 is 3 in warehouse-2');
  }),
  list: tool.query(() => {
    throw new Error('relation "orders" does not exist on db-1.internal');
  }),
  save: tool.mutation(() => {
    try {
      throw new Error('duplicate key value violates unique constraint "orders_pkey"');
    } catch (cause) {
      throw new TRPCError({ code: 'CONFLICT', message: (cause as Error).message, cause });
    }
  }),
});

export const createApp = () =>
  mcpHandler(router, {
    createContext({ req }) {
      const user = req.headers['x-user']?.toString();
      if (user === undefined) throw new AppError('no header x-user');
      return { user };
    },
    toError(error, { path, ctx }) {
      if (!(error instanceof AppError)) return undefined;
      const message = ctx ? error.message : `${path ?? 'MCP'} needs a session.`;
      return new TRPCError({ code: error.isMissing ? 'NOT_FOUND' : 'CONFLICT', message, cause: error });
    },
    errorFormatter: 'message',
    onError: () => {},
  });

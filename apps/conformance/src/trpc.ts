import { initTRPC, TRPCError } from '@trpc/server';
import { getMcpCall, type McpMeta } from '@trpc-mcp/core';

export interface Context {
  /** Tells listening clients that a list has changed. */
  notify: { toolsChanged(): void; promptsChanged(): void };
  /** Whether the call runs as a task. */
  isTask: boolean;
}

const t = initTRPC.context<Context>().meta<McpMeta>().create();

export const { router, mergeRouters, procedure } = t;

/** A procedure that only an MCP client can call. */
export const clientProcedure = procedure.use(({ next }) => {
  const call = getMcpCall();
  if (!call)
    throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED', message: 'Only an MCP client can call this' });
  return next({ ctx: { call } });
});

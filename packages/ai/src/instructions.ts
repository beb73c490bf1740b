import type { AnyTRPCRouter } from '@trpc/server';
import { createToolCaller, type ToolCallerArguments } from '@trpc-mcp/core/caller';
import type { CallsOptions } from './calls.ts';

/**
 * Returns the instructions for the model, to put into the system prompt: `server.instructions` of the options. They are what a
 * client gets over MCP. `undefined` if there are none. Takes the options of `aiTools`.
 */
export async function aiInstructions<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter, CallsOptions<TRouter>>
): Promise<string | undefined> {
  const { onProgress: _, ...given } = (options ?? {}) as CallsOptions<TRouter>;
  // Cast: the arguments depend on the context of the router, which is not known here.
  return createToolCaller(router, ...([given] as unknown as ToolCallerArguments<TRouter>)).instructions();
}

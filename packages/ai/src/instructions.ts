import type { AnyTRPCRouter } from '@trpc/server';
import { createToolCaller, type ToolCallerArguments } from '@trpc-mcp/core/caller';
import type { CallsOptions } from './calls.ts';

interface InstructionsOptions<TRouter extends AnyTRPCRouter> extends CallsOptions<TRouter> {
  // An option of the AI SDK's `aiTools` alone, whose types need the package `ai`.
  onApproval?: (asked: never) => unknown;
}

/**
 * Returns the instructions for the model, to put into the system prompt: `server.instructions` of the options. They are what a
 * client gets over MCP. `undefined` if there are none. Takes the options of `aiTools`.
 */
export async function aiInstructions<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options]: ToolCallerArguments<TRouter, InstructionsOptions<TRouter>>
): Promise<string | undefined> {
  const { onProgress: _, onApproval: _asked, ...given } = (options ?? {}) as InstructionsOptions<TRouter>;
  // Cast: the arguments depend on the context of the router, which is not known here.
  return createToolCaller(router, ...([given] as unknown as ToolCallerArguments<TRouter>)).instructions();
}

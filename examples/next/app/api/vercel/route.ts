import { mcpHandler } from '@trpc-mcp/core/fetch';
import { createContext } from '../../../context.ts';
import { appRouter } from '../../../router.ts';

/** How long Vercel lets this function run, in seconds. */
export const maxDuration = 60;

const handler = mcpHandler(appRouter, {
  createContext,
  // Below maxDuration, so that a model reads TIMEOUT. Vercel would end the function without an answer.
  timeoutMs: 50_000,
  return200ForErrors: 'forbidden',
});

export { handler as GET, handler as POST };

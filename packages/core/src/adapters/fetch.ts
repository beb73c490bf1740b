import type { AnyTRPCRouter } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { createHandler } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { type FetchMcpHandler, toFetchHandler } from './fetch-exchange.ts';

export type { FetchMcpHandler } from './fetch-exchange.ts';

/**
 * Serves the tagged procedures of a tRPC router over MCP, on any host with `fetch`. Pass the `createContext` that tRPC's
 * fetch adapter is given. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, FetchCreateContextFnOptions>
): FetchMcpHandler {
  return toFetchHandler(createHandler(router, options), options.createContext);
}

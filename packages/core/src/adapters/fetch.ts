import type { AnyTRPCRouter } from '@trpc/server';
import { createHandler } from '../protocol/handler.ts';
import type { HandlerArguments, HandlerOptions } from '../protocol/options.ts';
import {
  type FetchContextOptions,
  type FetchExtra,
  type FetchMcpHandler,
  toFetchHandler,
} from './fetch-exchange.ts';

export type { FetchContextOptions, FetchExtra, FetchMcpHandler } from './fetch-exchange.ts';

/**
 * Serves the tagged procedures of a tRPC router over MCP, on any host with `fetch`. Pass the `createContext` that tRPC's
 * fetch adapter is given. The handler takes the type of request that it declares, and gives its second argument on to it:
 * `handler(request, extra)` calls `createContext(options, extra)`. Throws a `SetupError` that names every problem of the
 * router.
 */
export function mcpHandler<
  TRouter extends AnyTRPCRouter,
  TRequest extends Request = Request,
  TExtra extends FetchExtra = [],
>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, FetchContextOptions<TRequest>, HandlerOptions<TRouter>, TExtra>
): FetchMcpHandler<TRequest, TExtra> {
  return toFetchHandler(createHandler(router, options), options.createContext);
}

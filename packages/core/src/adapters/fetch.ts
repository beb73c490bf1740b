import type { AnyTRPCRouter } from '@trpc/server';
import { createHandler } from '../protocol/handler.ts';
import type { HandlerArguments, HandlerOptions } from '../protocol/options.ts';
import { type FetchContextOptions, type FetchMcpHandler, toFetchHandler } from './fetch-exchange.ts';

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
  TExtra = NoExtra,
>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<
    TRouter,
    FetchContextOptions<TRequest>,
    HandlerOptions<TRouter>,
    // One parameter, and not the list of them: only so does TypeScript know the type of the first where it is not written.
    [extra: TExtra]
  >
): FetchMcpHandler<TRequest, ToArguments<TExtra>> {
  // Cast: without a second parameter, or with an optional one, there may be no second argument.
  const createContext = options.createContext as Parameters<
    typeof toFetchHandler<TRequest, ToArguments<TExtra>>
  >[1];
  return toFetchHandler(createHandler(router, options), createContext);
}

/** Stands for a second parameter that `createContext` does not have. */
export interface NoExtra {
  readonly 'createContext has no second parameter': never;
}

/** The arguments of a handler after the request, by what the second parameter of `createContext` is. */
export type ToArguments<TExtra> = 0 extends 1 & TExtra
  ? [extra: TExtra]
  : [TExtra] extends [NoExtra]
    ? []
    : undefined extends TExtra
      ? [extra?: TExtra]
      : [extra: TExtra];

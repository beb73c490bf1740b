import type { AnyTRPCRouter } from '@trpc/server';
import type { CreateExpressContextOptions } from '@trpc/server/adapters/express';
import type { CardSource } from '../protocol/card/card.ts';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { respond, toExchange } from './node-exchange.ts';
import { isNodePair, toWrongHostError } from './wrong-host.ts';

/** An Express handler, for `app.use('/mcp', …)`. */
export interface ExpressMcpHandler extends HandlerControls, CardSource {
  (req: CreateExpressContextOptions['req'], res: CreateExpressContextOptions['res']): void;
}

/**
 * Serves the tagged procedures of a tRPC router over MCP, from an Express app. Mount it before or after `express.json()`.
 * Pass the `createContext` that tRPC's Express adapter is given: every tool call runs under the app's own middleware, with
 * the context that it makes. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, CreateExpressContextOptions>
): ExpressMcpHandler {
  const { handle, ...controls } = createHandler(router, options);
  const serve = (req: CreateExpressContextOptions['req'], res: CreateExpressContextOptions['res']): void => {
    if (!isNodePair(req, res)) throw toWrongHostError('express', req, res);
    // Written out, because a spread makes each call slower.
    const exchange = toExchange(req, res, ({ info, mcp }) =>
      options.createContext?.({ req, res, info, mcp }),
    );
    void respond(handle, exchange, res);
  };
  return Object.assign(serve, controls);
}

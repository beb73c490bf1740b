import type { AnyTRPCRouter } from '@trpc/server';
import type { NodeHTTPCreateContextFnOptions } from '@trpc/server/adapters/node-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { respond, toExchange } from './node-exchange.ts';

type NodeContext = NodeHTTPCreateContextFnOptions<IncomingMessage, ServerResponse>;

/** A listener, for `http.createServer(…)` and everything that takes one. It answers every path that it is given. */
export interface NodeMcpHandler extends HandlerControls {
  (req: IncomingMessage, res: ServerResponse): void;
}

/**
 * Serves the tagged procedures of a tRPC router over MCP, from Node's own server. `createContext` is the one that
 * tRPC's standalone adapter is given. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, NodeContext>
): NodeMcpHandler {
  const { handle, ...controls } = createHandler(router, options);
  const serve = (req: IncomingMessage, res: ServerResponse): void => {
    const exchange = toExchange(req, res, (extras) => options.createContext?.({ req, res, ...extras }));
    void respond(handle, exchange, res);
  };
  return Object.assign(serve, controls);
}

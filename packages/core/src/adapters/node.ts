import type { AnyTRPCRouter } from '@trpc/server';
import type { NodeHTTPCreateContextFnOptions } from '@trpc/server/adapters/node-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { type NodeRequest, type NodeResponse, respond, toExchange } from './node-exchange.ts';

export type { NodeRequest, NodeResponse } from './node-exchange.ts';

/**
 * A listener, for `http.createServer(…)`, `http2.createServer(…)` and everything that takes one. It answers every path
 * that it is given, and resolves when it has.
 */
export interface NodeMcpHandler<
  TRequest = IncomingMessage,
  TResponse = ServerResponse,
> extends HandlerControls {
  (req: TRequest, res: TResponse): Promise<void>;
}

/**
 * Serves the tagged procedures of a tRPC router over MCP, from Node's own servers and Next.js API routes.
 * `createContext` is the one that tRPC's standalone adapter, or the one for Next.js, is given; the request and response
 * that it declares are those that the listener takes. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<
  TRouter extends AnyTRPCRouter,
  TRequest extends NodeRequest = IncomingMessage,
  TResponse extends NodeResponse = ServerResponse,
>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, NodeHTTPCreateContextFnOptions<TRequest, TResponse>>
): NodeMcpHandler<TRequest, TResponse> {
  const { handle, ...controls } = createHandler(router, options);
  const serve = (req: TRequest, res: TResponse): Promise<void> => {
    const exchange = toExchange(req, res, (extras) => options.createContext?.({ req, res, ...extras }));
    return respond(handle, exchange, res);
  };
  return Object.assign(serve, controls);
}

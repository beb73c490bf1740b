import type { AnyTRPCRouter } from '@trpc/server';
import type { NodeHTTPCreateContextFnOptions } from '@trpc/server/adapters/node-http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CardSource } from '../protocol/card/card.ts';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { type NodeRequest, type NodeResponse, respond, toExchange } from './node-exchange.ts';
import { isNodePair, toWrongHostError } from './wrong-host.ts';

export { readSkills } from './read-skills.ts';

export type { NodeRequest, NodeResponse } from './node-exchange.ts';

/**
 * A listener for `http.createServer(…)`, `http2.createServer(…)` and everything else that takes one. It answers requests
 * for any path, and resolves when the answer is sent.
 */
export interface NodeMcpHandler<TRequest = IncomingMessage, TResponse = ServerResponse>
  extends HandlerControls, CardSource {
  (req: TRequest, res: TResponse): Promise<void>;
}

/**
 * Serves the tagged procedures of a tRPC router over MCP, from Node's own servers and Next.js API routes.
 * Pass the `createContext` that tRPC's standalone adapter, or its adapter for Next.js, is given. The listener takes the
 * types of request and response that `createContext` declares. Throws a `SetupError` that names every problem of the router.
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
    if (!isNodePair(req, res)) throw toWrongHostError('node', req, res);
    // Written out, because a spread makes each call slower.
    const exchange = toExchange(req, res, ({ info, mcp }) =>
      options.createContext?.({ req, res, info, mcp }),
    );
    return respond(handle, exchange, res);
  };
  return Object.assign(serve, controls);
}

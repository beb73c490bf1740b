import type { AnyTRPCRouter } from '@trpc/server';
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { respond, toExchange } from './node-exchange.ts';

/** A Fastify plugin, for `app.register(…, { prefix: '/mcp' })`. */
export type FastifyMcpHandler = FastifyPluginCallback & HandlerControls;

/**
 * Serves the tagged procedures of a tRPC router over MCP, from a Fastify app. `createContext` is the one that tRPC's
 * Fastify plugin is given. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, CreateFastifyContextOptions>
): FastifyMcpHandler {
  const { handle, ...controls } = createHandler(router, options);
  const serve = (req: FastifyRequest, res: FastifyReply): Promise<void> => {
    const exchange = toExchange(
      req.raw,
      res.raw,
      (extras) => options.createContext?.({ req, res, ...extras }),
      () => req.ip,
    );
    const answer = async () => {
      const reply = await handle(exchange);
      // The answer is written past Fastify, and what the app has set on its reply goes along.
      res.hijack();
      for (const [name, value] of Object.entries(res.getHeaders())) {
        if (value !== undefined) res.raw.setHeader(name, value);
      }
      return reply;
    };
    return respond(answer, exchange, res.raw);
  };
  const plugin: FastifyPluginCallback = (app, _, done) => {
    // The body is ours to read: Fastify's parsers have limits and answers of their own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    app.all('/', serve);
    if (options.auth?.metadata) app.all('/.well-known/oauth-protected-resource', serve);
    done();
  };
  return Object.assign(plugin, controls);
}

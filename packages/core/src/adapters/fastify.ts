import type { AnyTRPCRouter } from '@trpc/server';
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Reply } from '../protocol/exchange.ts';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { isOver, toExchange, withVary } from './node-exchange.ts';

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
  const serve = async (req: FastifyRequest, res: FastifyReply): Promise<FastifyReply> => {
    const exchange = toExchange(
      req.raw,
      res.raw,
      (extras) => options.createContext?.({ req, res, ...extras }),
      () => req.ip,
    );
    return send(res, await handle(exchange));
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

/** By Fastify itself, so that the app's hooks see the reply: plugins for cookies write theirs in one. */
function send(res: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  if (res.sent || isOver(res.raw)) {
    if (body instanceof ReadableStream) void body.cancel();
    return res.hijack();
  }
  res.code(status).headers(withVary(headers, res));
  if (body instanceof ReadableStream) {
    const stream = Readable.fromWeb(body as NodeReadableStream);
    // The head is set by then, and the first event may be long in coming.
    res.raw.once('pipe', () => res.raw.flushHeaders());
    return res.send(stream);
  }
  return res.send(Array.isArray(body) ? Buffer.concat(body as Uint8Array[]) : body);
}

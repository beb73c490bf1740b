import type { AnyTRPCRouter } from '@trpc/server';
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { Reply } from '../protocol/exchange.ts';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { isOver, toExchange, withVary } from './node-exchange.ts';
import { answerWrongHost, isFastify, toWrongHostError } from './wrong-host.ts';

/** A Fastify plugin, for `app.register(…, { prefix: '/mcp' })`. */
export type FastifyMcpHandler = FastifyPluginCallback & HandlerControls;

/**
 * Serves the tagged procedures of a tRPC router over MCP, from a Fastify app. Pass the
 * `createContext` that tRPC's Fastify plugin is given. Throws a `SetupError` that names every problem of the router.
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
  const plugin: FastifyPluginCallback = (app, pluginOptions, done) => {
    if (!isFastify(app)) {
      answerWrongHost(toWrongHostError('fastify', app, pluginOptions), pluginOptions, done);
      return;
    }
    // The handler reads the body itself, because Fastify's parsers have limits and error replies of their own.
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', (_request, _payload, parsed) => parsed(null));
    app.all('/', serve);
    if (options.auth?.metadata) app.all('/.well-known/oauth-protected-resource', serve);
    done();
  };
  return Object.assign(plugin, controls);
}

/** Sends with Fastify's own `send`, so that its hooks run: a plugin for cookies adds its headers in one. */
function send(res: FastifyReply, { status, headers, body }: Reply): FastifyReply {
  if (res.sent || isOver(res.raw)) {
    if (body instanceof ReadableStream) void body.cancel();
    return res.hijack();
  }
  res.code(status).headers(withVary(headers, res));
  if (body instanceof ReadableStream) {
    const stream = Readable.fromWeb(body as NodeReadableStream);
    // Sends the headers now, because the first event may come much later.
    res.raw.once('pipe', () => res.raw.flushHeaders());
    return res.send(stream);
  }
  return res.send(Array.isArray(body) ? Buffer.concat(body as Uint8Array[]) : body);
}

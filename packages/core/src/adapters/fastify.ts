import type { AnyTRPCRouter } from '@trpc/server';
import type { CreateFastifyContextOptions } from '@trpc/server/adapters/fastify';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { CardSource } from '../protocol/card/card.ts';
import { toWebStream } from '../protocol/event-stream.ts';
import { isPushed, type Reply } from '../protocol/exchange.ts';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';
import { isOver, toExchange, withVary } from './node-exchange.ts';
import { answerWrongHost, isFastify, toWrongHostError } from './wrong-host.ts';

/** A Fastify plugin, for `app.register(…, { prefix: '/mcp' })`. */
export type FastifyMcpHandler = FastifyPluginCallback & HandlerControls & CardSource;

/**
 * Serves the tagged procedures of a tRPC router over MCP, from a Fastify app. Pass the
 * `createContext` that tRPC's Fastify plugin is given. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, CreateFastifyContextOptions>
): FastifyMcpHandler {
  const { handle, ...controls } = createHandler(router, options);
  const serve = (req: FastifyRequest, res: FastifyReply): Promise<FastifyReply | undefined> => {
    const exchange = toExchange(
      req.raw,
      res.raw,
      // Written out, because a spread makes each call slower.
      ({ info, mcp }) => options.createContext?.({ req, res, info, mcp }),
      () => req.ip,
    );
    return handle(exchange).then((reply) => send(res, reply));
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
    if (controls.card) app.all('/server-card', serve);
    if (options.auth?.metadata) app.all('/.well-known/oauth-protected-resource', serve);
    done();
  };
  return Object.assign(plugin, controls);
}

/**
 * Sends with Fastify's own `send`, so that its hooks run: a plugin for cookies adds its headers in one. Returns the reply while
 * it is being sent, as Fastify wants it. Nothing has to wait for one that is sent, which a promise of the reply would do.
 */
function send(res: FastifyReply, { status, headers, body: made }: Reply): FastifyReply | undefined {
  const body = isPushed(made) ? toWebStream(made) : made;
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
  res.send(Array.isArray(body) ? Buffer.concat(body as Uint8Array[]) : body);
  return res.sent ? undefined : res;
}

import type { AnyTRPCRouter } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import { type Body, BodyTooLarge, type Exchange, type Reply } from '../protocol/exchange.ts';
import { createHandler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';

/** What fetch hosts take: Next.js route handlers, Hono, Bun, Deno, Workers. */
export interface FetchMcpHandler extends HandlerControls {
  (request: Request): Promise<Response>;
}

/**
 * Serves the tagged procedures of a tRPC router over MCP, wherever there is `fetch`. `createContext` is the one that
 * tRPC's fetch adapter is given. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, FetchCreateContextFnOptions>
): FetchMcpHandler {
  const { handle, ready, close } = createHandler(router, options);
  const serve = async (req: Request): Promise<Response> => {
    const resHeaders = new Headers();
    const exchange = toExchange(req, (extras) => options.createContext?.({ req, resHeaders, ...extras }));
    return toResponse(await handle(exchange), resHeaders);
  };
  return Object.assign(serve, { ready, close });
}

function toExchange(request: Request, createContext: Exchange['createContext']): Exchange {
  const hangUp = new AbortController();
  const signal = AbortSignal.any([request.signal, hangUp.signal]);
  let bare: Request | undefined;
  return {
    method: request.method,
    get url() {
      return new URL(request.url);
    },
    // The host of the URL is what the platform has routed by; a header might say something else.
    header: (name) =>
      name === 'host' ? new URL(request.url).host : (request.headers.get(name) ?? undefined),
    readBody: (maxBytes) => readBody(request, maxBytes),
    // Nobody knows here what the socket is bound to.
    isLoopback: false,
    signal,
    abort: () => hangUp.abort(),
    toRequest: () =>
      (bare ??= new Request(request.url, { method: request.method, headers: request.headers, signal })),
    createContext,
  };
}

async function readBody(request: Request, maxBytes: number): Promise<Body> {
  if (Number(request.headers.get('content-length')) > maxBytes) throw new BodyTooLarge();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new BodyTooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return { text: text + decoder.decode() };
}

function toResponse({ status, headers, body }: Reply, resHeaders: Headers): Response {
  for (const [name, value] of Object.entries(headers)) resHeaders.set(name, value);
  const init = { status, headers: resHeaders };
  if (!Array.isArray(body)) return new Response((body as string | ReadableStream | undefined) ?? null, init);
  return new Response(new Blob(body as Uint8Array<ArrayBuffer>[]), init);
}

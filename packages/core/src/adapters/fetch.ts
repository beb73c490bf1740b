import type { AnyTRPCRouter } from '@trpc/server';
import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { McpRequest } from '../call/context.ts';
import { type Body, BodyTooLarge, type Exchange, type Reply } from '../protocol/exchange.ts';
import { createHandler, type Handler, type HandlerControls } from '../protocol/handler.ts';
import type { HandlerArguments } from '../protocol/options.ts';

/** A handler for fetch hosts: Next.js route handlers, Hono, Bun, Deno, Workers. */
export interface FetchMcpHandler extends HandlerControls {
  (request: Request): Promise<Response>;
}

/**
 * Serves the tagged procedures of a tRPC router over MCP, on any host with `fetch`. Pass the `createContext` that tRPC's
 * fetch adapter is given. Throws a `SetupError` that names every problem of the router.
 */
export function mcpHandler<TRouter extends AnyTRPCRouter>(
  router: TRouter,
  ...[options = {}]: HandlerArguments<TRouter, FetchCreateContextFnOptions>
): FetchMcpHandler {
  return toFetchHandler(createHandler(router, options), options.createContext);
}

/** Makes a fetch handler of the handler behind all hosts. */
export function toFetchHandler(
  { handle, ...controls }: Handler,
  createContext: ((options: FetchCreateContextFnOptions & { mcp: McpRequest }) => unknown) | undefined,
): FetchMcpHandler {
  const serve = async (req: Request): Promise<Response> => {
    let resHeaders: Headers | undefined;
    const exchange = new FetchExchange(req, (extras) => {
      resHeaders ??= new Headers();
      return createContext?.({ req, resHeaders, ...extras });
    });
    const reply = await handle(exchange);
    return toResponse(reply, resHeaders);
  };
  return Object.assign(serve, controls);
}

class FetchExchange implements Exchange {
  readonly createContext: Exchange['createContext'];
  /** A fetch host does not say which address its socket is bound to. */
  readonly isLoopback = false;
  readonly address = undefined;
  readonly #host: Request;
  #hangUp: AbortController | undefined;
  #bare: Request | undefined;

  constructor(host: Request, createContext: Exchange['createContext']) {
    this.#host = host;
    this.createContext = createContext;
  }

  get method(): string {
    return this.#host.method;
  }

  get url(): URL {
    return new URL(this.#host.url);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  header(name: string): string | undefined {
    // The platform routed by the host in the URL. A `Host` header could differ from it.
    return name === 'host' ? this.url.host : (this.#host.headers.get(name) ?? undefined);
  }

  readBody(maxBytes: number): Promise<Body> {
    return readBody(this.#host, maxBytes);
  }

  abort(): void {
    this.#controller.abort();
  }

  toRequest(): Request {
    const { url, method, headers } = this.#host;
    return (this.#bare ??= new Request(url, { method, headers, signal: this.signal }));
  }

  get #controller(): AbortController {
    if (this.#hangUp) return this.#hangUp;
    const controller = (this.#hangUp = new AbortController());
    const { signal } = this.#host;
    if (signal.aborted) controller.abort();
    else signal.addEventListener('abort', () => controller.abort(), { once: true });
    return controller;
  }
}

async function readBody(request: Request, maxBytes: number): Promise<Body> {
  if (request.bodyUsed) {
    throw new Error('the body was read before the MCP handler got the request; pass it request.clone()');
  }
  const length = request.headers.get('content-length');
  // The platform reads no more than content-length, so the size is known already.
  if (length !== null && Number(length) <= maxBytes) return { text: await request.text() };
  if (Number(length) > 2 * maxBytes) throw new BodyTooLarge();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  // A client reads the answer only after it has sent its body, so a body that is a little too large is read and dropped.
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > 2 * maxBytes) break;
    text = size > maxBytes ? '' : text + decoder.decode(chunk, { stream: true });
  }
  if (size > maxBytes || Number(length) > maxBytes) throw new BodyTooLarge();
  return { text: text + decoder.decode() };
}

function toResponse({ status, headers, body }: Reply, resHeaders: Headers | undefined): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') resHeaders?.append(name, value);
    else resHeaders?.set(name, value);
  }
  const init = { status, headers: resHeaders ?? headers };
  if (!Array.isArray(body)) return new Response((body as string | ReadableStream | undefined) ?? null, init);
  return new Response(new Blob(body as Uint8Array<ArrayBuffer>[]), init);
}

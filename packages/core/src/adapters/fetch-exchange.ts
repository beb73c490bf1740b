import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { McpRequest } from '../call/context.ts';
import {
  type Body,
  BodyConsumed,
  BodyTooLarge,
  type Exchange,
  queryOf,
  readLength,
  type Reply,
} from '../protocol/exchange.ts';
import type { Handler, HandlerControls } from '../protocol/handler.ts';
import { answerWrongHost, isWebRequest, toWrongHostError } from './wrong-host.ts';

/** What the app's own host gives besides the request, such as Hono's context or a session: one argument, or none. */
export type FetchExtra = readonly [extra?: unknown];

/**
 * A handler for fetch hosts: Next.js route handlers, Hono, Bun, Deno, Workers. It takes the request, and what the second
 * parameter of `createContext` is declared to be.
 */
export interface FetchMcpHandler<
  TRequest extends Request = Request,
  TExtra extends FetchExtra = [],
> extends HandlerControls {
  (request: TRequest, ...extra: TExtra): Promise<Response>;
}

/** What `createContext` is given, as tRPC's fetch adapter gives it. */
export interface FetchContextOptions<TRequest extends Request = Request> extends FetchCreateContextFnOptions {
  /** The request, of the type that the host has. */
  req: TRequest;
}

/** Makes a fetch handler of the handler behind all hosts. */
export function toFetchHandler<TRequest extends Request = Request, TExtra extends FetchExtra = []>(
  { handle, ...controls }: Handler,
  createContext:
    ((options: FetchContextOptions<TRequest> & { mcp: McpRequest }, ...extra: TExtra) => unknown) | undefined,
): FetchMcpHandler<TRequest, TExtra> {
  const serve = async (req: TRequest, extra: TExtra): Promise<Response> => {
    let resHeaders: Headers | undefined;
    const exchange = new FetchExchange(req, (extras) => {
      resHeaders ??= new Headers();
      return createContext?.({ req, resHeaders, ...extras }, ...extra);
    });
    const reply = await handle(exchange);
    return toResponse(reply, resHeaders);
  };
  // Another host passes other arguments, and would wait for ever for an answer.
  const guarded = (req: TRequest, ...extra: TExtra): Promise<Response> => {
    if (isWebRequest(req)) return serve(req, extra);
    const [res, next] = extra as readonly unknown[];
    answerWrongHost(toWrongHostError('fetch', req, res), res, next);
    return Promise.resolve(new Response(null, { status: 500 }));
  };
  return Object.assign(guarded, controls);
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

  get query(): string {
    return queryOf(this.#host.url);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  header(name: string): string | undefined {
    const value = this.#host.headers.get(name) ?? undefined;
    return name === 'host' ? readHost(this.#host.url, value) : value;
  }

  readBody(maxBytes: number): Promise<Body> {
    return readBody(this.#host, maxBytes);
  }

  abort(): void {
    this.#controller.abort();
  }

  toRequest(): Request {
    return (this.#bare ??= this.#toBare());
  }

  #toBare(): Request {
    const { url, method, headers } = this.#host;
    const bare = new Request(url, { method, headers, signal: this.signal });
    // Next.js drops the header that says how a body is encoded, so that no page may encode its own.
    if ('nextUrl' in this.#host) bare.headers.delete('accept-encoding');
    return bare;
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

/**
 * The platform routed by the host in the URL, from which a `Host` header could differ. One that is a list is told as it is,
 * and so is another name of this machine: Next.js writes `localhost` into the URL whatever the browser has opened.
 */
function readHost(url: string, sent: string | undefined): string | undefined {
  if (sent?.includes(',') || sent?.includes('@')) return sent;
  const routed = /^[^:]+:\/\/([^/?#]*)/.exec(url)?.[1];
  const [own, named] = [routed, sent].map((host) => loopbackPattern.exec(host ?? ''));
  return own && named && own[1] === named[1] ? sent : routed;
}

/** A name of this machine, and the port. */
const loopbackPattern = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?$/i;

const remedy = 'pass it request.clone() before you read it';

async function readBody(request: Request, maxBytes: number): Promise<Body> {
  if (request.bodyUsed) throw new BodyConsumed(remedy);
  const length = readLength(request.headers.get('content-length'));
  if (length !== undefined && length <= maxBytes && readsSocket(request)) {
    return { text: await request.text() };
  }
  if (length !== undefined && length > 2 * maxBytes) throw new BodyTooLarge();
  const { body } = request;
  if (body?.locked) throw new BodyConsumed(remedy);
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  // A client reads the answer only after it has sent its body, so a body that is a little too large is read and dropped.
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > 2 * maxBytes) break;
    text = size > maxBytes ? '' : text + decoder.decode(chunk, { stream: true });
  }
  if (size > maxBytes || (length ?? 0) > maxBytes) throw new BodyTooLarge();
  return { text: text + decoder.decode() };
}

/**
 * Whether `text()` is not the platform's own: Hono's server for Node reads the socket with it, where the client can send no
 * more than its `Content-Length`. It would have to make a stream first, which takes longer than the whole of a call. With
 * any other request, the body may be another one than was announced, for example because it was decompressed.
 */
function readsSocket(request: Request): boolean {
  return request.text !== Request.prototype.text;
}

function toResponse({ status, headers, body }: Reply, resHeaders: Headers | undefined): Response {
  for (const [name, value] of Object.entries(headers)) {
    if (name === 'vary') resHeaders?.append(name, value);
    else resHeaders?.set(name, value);
  }
  // A page may be compressed already, which Workers would do once more. All other hosts ignore this.
  const encoding = headers['content-encoding'] !== undefined && { encodeBody: 'manual' };
  const init = { status, headers: resHeaders ?? headers, ...encoding };
  if (!Array.isArray(body)) return new Response((body as string | ReadableStream | undefined) ?? null, init);
  return new Response(new Blob(body as Uint8Array<ArrayBuffer>[]), init);
}

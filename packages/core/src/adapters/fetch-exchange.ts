import type { FetchCreateContextFnOptions } from '@trpc/server/adapters/fetch';
import type { McpRequest } from '../call/context.ts';
import { type Body, type Exchange, isPushed, queryOf, type Reply } from '../protocol/exchange.ts';
import { toWebStream } from '../protocol/event-stream.ts';
import type { CardSource } from '../protocol/card/card.ts';
import type { Handler, HandlerControls } from '../protocol/handler.ts';
import { readsSocket, readStream } from './fetch-body.ts';
import { findWaitUntil } from './wait-until.ts';
import { answerWrongHost, isWebRequest, toWrongHostError } from './wrong-host.ts';

/** What the app's own host gives besides the request, such as Hono's context or a session: one argument, or none. */
export type FetchExtra = readonly [extra?: unknown];

/**
 * A handler for fetch hosts: Next.js route handlers, Hono, Bun, Deno, Workers. It takes the request, and what the second
 * parameter of `createContext` is declared to be.
 */
export interface FetchMcpHandler<TRequest extends Request = Request, TExtra extends FetchExtra = []>
  extends HandlerControls, CardSource {
  (request: TRequest, ...extra: TExtra): Promise<Response>;
}

/** What `createContext` is given, as tRPC's fetch adapter gives it. */
export interface FetchContextOptions<TRequest extends Request = Request> extends FetchCreateContextFnOptions {
  /** The request, of the type that the host has. */
  req: TRequest;
}

/** The app's function, of whatever types it was declared with. */
type CreateContext = (options: FetchContextOptions & { mcp: McpRequest }, ...extra: unknown[]) => unknown;

/** Makes a fetch handler of the handler behind all hosts. */
export function toFetchHandler<TRequest extends Request = Request, TExtra extends FetchExtra = []>(
  { handle, ...controls }: Handler,
  createContext:
    ((options: FetchContextOptions<TRequest> & { mcp: McpRequest }, ...extra: TExtra) => unknown) | undefined,
): FetchMcpHandler<TRequest, TExtra> {
  // Cast: what the function takes is what the handler is called with.
  const create = createContext as CreateContext | undefined;
  const serve = (req: TRequest, ...extra: TExtra): Promise<Response> => {
    // Another host passes other arguments, and would wait for ever for an answer.
    if (!isWebRequest(req)) return refuse(req, extra);
    const exchange = new FetchExchange(req, extra, create);
    return handle(exchange).then((reply) => exchange.toResponse(reply));
  };
  return Object.assign(serve, controls);
}

function refuse(req: unknown, [res, next]: readonly unknown[]): Promise<Response> {
  answerWrongHost(toWrongHostError('fetch', req, res), res, next);
  return Promise.resolve(new Response(null, { status: 500 }));
}

class FetchExchange implements Exchange {
  /** A fetch host does not say which address its socket is bound to. */
  readonly isLoopback = false;
  readonly address = undefined;
  readonly #host: Request;
  readonly #headers: Headers;
  readonly #extra: readonly unknown[];
  readonly #create: CreateContext | undefined;
  #resHeaders: Headers | undefined;
  #hangUp: AbortController | undefined;
  #bare: Request | undefined;
  /** Whether the whole request has come. */
  #isRead = false;
  #isAnswered = false;

  constructor(host: Request, extra: readonly unknown[], create: CreateContext | undefined) {
    this.#host = host;
    this.#headers = host.headers;
    this.#extra = extra;
    this.#create = create;
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

  get authorization(): string | undefined {
    return this.#host.headers.get('authorization') ?? undefined;
  }

  get waitUntil(): Exchange['waitUntil'] {
    return findWaitUntil(this.#extra[0]);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  createContext({ info, mcp }: Parameters<Exchange['createContext']>[0]): unknown {
    if (!this.#create) return undefined;
    const resHeaders = (this.#resHeaders ??= new Headers());
    return this.#create({ req: this.#host, resHeaders, info, mcp }, ...this.#extra);
  }

  header(name: string): string | undefined {
    const value = this.#headers.get(name) ?? undefined;
    return name === 'host' ? readHost(this.#host.url, value) : value;
  }

  readBody(maxBytes: number): Promise<Body> {
    if (!readsSocket(this.#host, maxBytes)) return readStream(this.#host, maxBytes);
    return this.#host.text().then((text) => {
      this.#isRead = true;
      return { text };
    });
  }

  abort(): void {
    this.#controller.abort();
  }

  toRequest(): Request {
    return (this.#bare ??= this.#toBare({ signal: this.signal }));
  }

  toHead(): Request {
    return this.#bare ?? this.#toBare({});
  }

  toResponse({ status, headers, body: made }: Reply): Response {
    const body = isPushed(made) ? toWebStream(made, this) : made;
    const isStream = body instanceof ReadableStream;
    this.#isAnswered = !isStream;
    const init: ResponseInit & { encodeBody?: string } = { status, headers: this.#complete(headers) };
    // A page may be compressed already, which Workers would do once more. All other hosts ignore this.
    if (headers['content-encoding'] !== undefined) init.encodeBody = 'manual';
    if (typeof body === 'string' || isStream) return new Response(body, init);
    return new Response(body ? new Blob(body as Uint8Array<ArrayBuffer>[]) : null, init);
  }

  /** Adds what the app has set. Most apps set nothing, and Hono's server for Node writes plain objects much faster. */
  #complete(headers: Reply['headers']): Reply['headers'] | Headers {
    const all = this.#resHeaders;
    if (!all || isEmpty(all)) return headers;
    for (const [name, value] of Object.entries(headers)) {
      if (name === 'vary') all.append(name, value);
      else all.set(name, value);
    }
    return all;
  }

  #toBare(init: { signal?: AbortSignal }): Request {
    const { url, method, headers } = this.#host;
    const bare = new Request(url, { method, headers, ...init });
    // Next.js drops the header that says how a body is encoded, so that no page may encode its own.
    if ('nextUrl' in this.#host) bare.headers.delete('accept-encoding');
    return bare;
  }

  get #controller(): AbortController {
    if (this.#hangUp) return this.#hangUp;
    const controller = (this.#hangUp = new AbortController());
    // Hono's server for Node makes a signal when it is asked for one, which takes a tenth of a call. That the client has gone
    // is not heard of before the next turn of the event loop, and most calls are over by then.
    if (this.#isRead) later(() => this.#isAnswered || this.#listen(controller));
    else this.#listen(controller);
    return controller;
  }

  #listen(controller: AbortController): void {
    const { signal } = this.#host;
    if (signal.aborted) controller.abort();
    else signal.addEventListener('abort', () => controller.abort(), { once: true });
  }
}

/** Runs after the events that are there already. Not all hosts have `setImmediate`. */
const later: (run: () => void) => unknown = globalThis.setImmediate ?? setTimeout;

function isEmpty(headers: Headers): boolean {
  for (const _ of headers) return false;
  return true;
}

/**
 * The platform routed by the host in the URL, from which a `Host` header could differ. One that is a list is told as it is,
 * and so is another name of this machine: Next.js writes `localhost` into the URL whatever the browser has opened.
 */
function readHost(url: string, sent: string | undefined): string | undefined {
  // Almost always the two are the same, which a comparison finds out faster than expressions do.
  if (sent !== undefined && isRoutedTo(url, sent)) return sent;
  if (sent?.includes(',') || sent?.includes('@')) return sent;
  const routed = /^[^:]+:\/\/([^/?#]*)/.exec(url)?.[1];
  const [own, named] = [routed, sent].map((host) => loopbackPattern.exec(host ?? ''));
  return own && named && own[1] === named[1] ? sent : routed;
}

/** A name of this machine, and the port. */
const loopbackPattern = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::(\d+))?$/i;

function isRoutedTo(url: string, host: string): boolean {
  const start = url.indexOf('://') + 3;
  return url.slice(start, url.indexOf('/', start)) === host;
}

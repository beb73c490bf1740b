import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import {
  type Body,
  BodyConsumed,
  BodyTooLarge,
  type Exchange,
  isPushed,
  queryOf,
  readLength,
  type Reply,
} from '../protocol/exchange.ts';
import { isClosed } from './closed.ts';
import { writePushed } from './pushed-body.ts';

/** A request of Node's, over HTTP/1 or HTTP/2. A framework may have added fields to it. */
export interface NodeRequest extends NodeJS.EventEmitter {
  method?: string | undefined;
  url?: string | undefined;
  /** The full path, when a framework has removed its mount point from `url`. */
  originalUrl?: string;
  /** The body, when a body parser has run. */
  body?: unknown;
  /** Set by the parsers of Express when they have read the body. */
  _body?: boolean;
  /** The client's address, as Express knows it behind trusted proxies. */
  ip?: string | undefined;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  socket: { localAddress?: string | undefined; remoteAddress?: string | undefined };
  readableEnded: boolean;
  resume?(): unknown;
  /** Whether somebody has read from it. */
  readableDidRead?: boolean;
  destroyed?: boolean;
}

/** The response that goes with it. */
export interface NodeResponse extends NodeJS.WritableStream {
  headersSent: boolean;
  writableEnded: boolean;
  writableFinished: boolean;
  /** Exists over HTTP/2 only, where the response itself does not know whether it is closed. */
  stream?: { destroyed: boolean };
  destroyed?: boolean;
  /** For the app's own `createContext`, which may declare only the parts of a response that it uses. */
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  writeHead(status: number, headers?: OutgoingHttpHeaders): unknown;
  /** Optional, because the types of HTTP/2 leave it out, although it exists there. */
  flushHeaders?(): void;
  cork(): void;
  destroy?(): unknown;
}

/**
 * Makes the exchange of a request. `readAddress` returns the client's address, for frameworks that keep it elsewhere than
 * in `req.ip`.
 */
export function toExchange(
  req: NodeRequest,
  res: NodeResponse,
  createContext: Exchange['createContext'],
  readAddress?: () => string | undefined,
): Exchange {
  return new NodeExchange(req, res, createContext, readAddress);
}

/** A class, so that a request costs one object, and a value is only made when it is read. */
class NodeExchange implements Exchange {
  readonly createContext: Exchange['createContext'];
  readonly #req: NodeRequest;
  readonly #res: NodeResponse;
  /** Cached, because `req.headers` is slow on some frameworks and is read often. */
  readonly #headers: NodeRequest['headers'];
  readonly #readAddress: (() => string | undefined) | undefined;
  #hangUp: AbortController | undefined;
  #request: Request | undefined;

  constructor(
    req: NodeRequest,
    res: NodeResponse,
    createContext: Exchange['createContext'],
    readAddress: (() => string | undefined) | undefined,
  ) {
    this.#req = req;
    this.#res = res;
    this.#headers = req.headers;
    this.createContext = createContext;
    this.#readAddress = readAddress;
  }

  get method(): string {
    return this.#req.method ?? 'GET';
  }

  get url(): URL {
    return toUrl(this.#req);
  }

  get query(): string {
    return queryOf(this.#req.originalUrl ?? this.#req.url ?? '');
  }

  get authorization(): string | undefined {
    return readJoined(this.#req, 'authorization');
  }

  get isLoopback(): boolean {
    return isLoopback(this.#req.socket.localAddress);
  }

  get address(): string | undefined {
    return this.#readAddress?.() ?? this.#req.ip ?? this.#req.socket.remoteAddress;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  header(name: string): string | undefined {
    if (name === 'host') return readHost(this.#req);
    const value = this.#headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  readBody(maxBytes: number): Promise<Body> | Body {
    return readBody(this.#req, maxBytes);
  }

  abort(): void {
    this.#controller.abort();
  }

  toRequest(): Request {
    return (this.#request ??= this.#toRequest({ signal: this.signal }));
  }

  toHead(): Request {
    return this.#request ?? this.#toRequest({});
  }

  #toRequest(init: { signal?: AbortSignal }): Request {
    const headers = new Headers();
    const { rawHeaders } = this.#req;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]!;
      // HTTP/2 has its method and path among the headers, as `:method` and `:path`.
      if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1]!);
    }
    return new Request(this.url, { method: this.method, headers, ...init });
  }

  get #controller(): AbortController {
    if (this.#hangUp) return this.#hangUp;
    const controller = (this.#hangUp = new AbortController());
    const res = this.#res;
    const onClose = () => {
      if (!isAnswered(res)) controller.abort();
    };
    // The client may have hung up before anybody asked for the signal.
    if (isClosed(res)) onClose();
    else res.once('close', onClose);
    return controller;
  }
}

/** Answers a request. Never rejects, because nobody would catch that. */
export async function respond(
  handle: (exchange: Exchange) => Promise<Reply>,
  exchange: Exchange,
  res: NodeResponse,
): Promise<void> {
  try {
    const reply = await handle(exchange);
    const { body } = reply;
    // Not awaited here, so that this function and what it refers to are not kept for as long as the stream is open.
    if (isPushed(body)) return openStream(res, reply) ? writePushed(res, body) : undefined;
    if (body instanceof ReadableStream) await writeStream(res, reply, body);
    else writeReply(res, reply, body);
  } catch {
    // For example, the app has set a header that Node does not accept.
    if (isOver(res)) {
      res.destroy?.();
    } else {
      res.writeHead(500);
      res.end();
    }
  }
}

/** Sends the head of a stream. Returns whether its body can be sent. */
function openStream(res: NodeResponse, { status, headers }: Reply): boolean {
  if (isOver(res)) return false;
  res.writeHead(status, withVary(headers, res));
  res.flushHeaders?.();
  return true;
}

async function writeStream(res: NodeResponse, reply: Reply, body: ReadableStream): Promise<void> {
  if (!openStream(res, reply)) return body.cancel();
  // When the client hangs up, `pipeline` ends the stream, and that is not an error here.
  await pipeline(Readable.fromWeb(body as NodeReadableStream), res).catch(() => undefined);
}

function writeReply(
  res: NodeResponse,
  { status, headers }: Reply,
  body: string | readonly Uint8Array[] | undefined,
): void {
  if (isOver(res)) return;
  // Headers that createContext has set, such as cookies, are kept.
  const all = withVary(headers, res);
  // The answer to HEAD says how long that to GET would be. One with 304 may not say that it is empty.
  const isBare = body === undefined && ('content-length' in all || status === 304);
  res.writeHead(status, isBare ? all : withLength(all, lengthOf(body)));
  if (typeof body === 'object') {
    res.cork();
    for (const chunk of body) res.write(chunk);
    res.end();
  } else {
    res.end(body ?? '');
  }
}

/** Adds to a `vary` header that was set earlier. All other headers replace earlier ones. */
export function withVary(
  headers: Record<string, string>,
  res: Pick<NodeResponse, 'getHeader'>,
): Record<string, string> {
  const { vary } = headers;
  const earlier = vary === undefined ? undefined : res.getHeader('vary');
  return earlier === undefined ? headers : { ...headers, vary: `${[earlier].flat().join(', ')}, ${vary}` };
}

/** A loop, because a spread makes each reply slower. */
function withLength(headers: Record<string, string>, length: number): OutgoingHttpHeaders {
  const all: OutgoingHttpHeaders = {};
  for (const name in headers) all[name] = headers[name];
  all['content-length'] = length;
  return all;
}

/** Whether nothing can be sent any more: the client has gone, or the app has answered by itself. */
export function isOver(res: NodeResponse): boolean {
  return res.headersSent || isClosed(res);
}

/** Whether the whole answer was sent. HTTP/2 sets `writableFinished` also when the client has hung up. */
function isAnswered(res: NodeResponse): boolean {
  return res.stream ? res.writableEnded : res.writableFinished;
}

function lengthOf(body: string | readonly Uint8Array[] | undefined): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body?.reduce((length, chunk) => length + chunk.byteLength, 0) ?? 0;
}

/** Reads a header that Node keeps only the first of. */
function readJoined({ rawHeaders }: NodeRequest, sought: string): string | undefined {
  let joined: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    if (name.length !== sought.length || name.toLowerCase() !== sought) continue;
    const value = rawHeaders[index + 1]!;
    joined = joined === undefined ? value : `${joined}, ${value}`;
  }
  return joined;
}

/** Node keeps only the first `Host`, so that a second one is looked for. HTTP/2 has `:authority` in its place, or beside it. */
function readHost({ rawHeaders }: NodeRequest): string | undefined {
  let host: string | undefined;
  let authority: string | undefined;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index]!;
    const value = rawHeaders[index + 1]!;
    if (name.length === 4 && name.toLowerCase() === 'host')
      host = host === undefined ? value : `${host}, ${value}`;
    else if (name === ':authority') authority = value;
  }
  if (authority === undefined || authority === host) return host;
  return host === undefined ? authority : `${authority}, ${host}`;
}

const remedy =
  'mount the handler before what reads it, or use a parser that keeps it in req.body, such as express.json()';

function readBody(req: NodeRequest, maxBytes: number): Promise<Body> | Body {
  const { body, headers } = req;
  const isRead = req.readableDidRead ?? req.readableEnded;
  // A parser for another type has left the body unread. Express 4 sets an empty object then.
  if (!isRead && isEmpty(body) && !req.readableEnded) return readStream(req, maxBytes);
  const length = readLength(headers['content-length']) ?? 0;
  // The client has sent `null`, and a parser has read it.
  if (isRead && body === null && (req._body || length <= 'null'.length)) return { parsed: null };
  if (body !== undefined && body !== null) {
    // An empty object is what the client sent only if a parser has read it.
    const isLost = !req._body && isEmpty(body) && length > 2;
    if (!isLost) return toBody(body);
  }
  // A request without a body may end before anybody reads it.
  if (isRead) throw new BodyConsumed(remedy);
  return { text: '' };
}

function readStream(req: NodeRequest, maxBytes: number): Promise<Body> {
  const isTooLarge = (readLength(req.headers['content-length']) ?? 0) > maxBytes;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    // A client reads the answer only after it has sent its body, so the rest is read and dropped.
    const onData = (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes && !isTooLarge) chunks.push(chunk);
      else reject(new BodyTooLarge());
    };
    const onEnd = () => {
      stop();
      resolve({ text: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString() });
    };
    const onClose = () => {
      stop();
      if (!req.readableEnded) reject(new Error('the client hung up while it was sending'));
    };
    // The app or a session may keep the request for long, and the listeners would keep the body.
    const stop = () => {
      req.off('data', onData);
      req.off('end', onEnd);
      req.off('close', onClose);
    };
    // It may have hung up before anybody listened.
    if (req.destroyed) return onClose();
    if (isTooLarge) reject(new BodyTooLarge());
    req.on('data', onData);
    req.on('end', onEnd);
    req.on('close', onClose);
    // Middleware may have paused it until somebody listens.
    req.resume?.();
  });
}

/** Whether a parser has made nothing of the body. */
function isEmpty(body: unknown): boolean {
  if (typeof body !== 'object' || body === null) return body === undefined || body === null || body === '';
  return Object.keys(body).length === 0;
}

/** Converts what a body parser made: text, bytes, or parsed JSON. */
function toBody(body: unknown): Body {
  if (typeof body === 'string') return { text: body };
  return body instanceof Uint8Array ? { text: Buffer.from(body).toString() } : { parsed: body };
}

function toUrl(req: NodeRequest): URL {
  const scheme = 'encrypted' in req.socket ? 'https' : 'http';
  const host = req.headers.host ?? String(req.headers[':authority'] ?? 'localhost');
  try {
    // As one text: with `new URL(path, base)`, a path such as `//evil.example` would become the host.
    return new URL(`${scheme}://${host}${req.originalUrl ?? req.url ?? '/'}`);
  } catch {
    return new URL(`${scheme}://localhost/`);
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import { pipeline } from 'node:stream/promises';
import { type Body, BodyTooLarge, type Exchange, type Reply } from '../protocol/exchange.ts';

/** A request as Node hands it out, of HTTP/1 or HTTP/2, where a framework may have added what it made of it. */
export interface NodeRequest extends NodeJS.EventEmitter {
  method?: string | undefined;
  url?: string | undefined;
  /** The whole URL's path, where a framework has cut a mount point off `url`. */
  originalUrl?: string;
  /** What a body parser made of the body. */
  body?: unknown;
  /** Where it comes from, as Express sees it behind proxies that it trusts. */
  ip?: string | undefined;
  headers: IncomingHttpHeaders;
  rawHeaders: string[];
  socket: { localAddress?: string | undefined; remoteAddress?: string | undefined };
  readableEnded: boolean;
}

/** The response that goes with it. */
export interface NodeResponse extends NodeJS.WritableStream {
  headersSent: boolean;
  writableEnded: boolean;
  writableFinished: boolean;
  /** That of HTTP/2. Its response does not know whether it is closed. */
  stream?: { destroyed: boolean };
  destroyed?: boolean;
  /** For the app's own `createContext`, which may declare no more of a response than it uses. */
  setHeader(name: string, value: number | string | readonly string[]): unknown;
  getHeader(name: string): number | string | string[] | undefined;
  writeHead(status: number, headers?: OutgoingHttpHeaders): unknown;
  /** HTTP/2 has it as well, which its types leave out. */
  flushHeaders?(): void;
  cork(): void;
  destroy?(): unknown;
}

export function toExchange(
  req: NodeRequest,
  res: NodeResponse,
  createContext: Exchange['createContext'],
  /** Says where a request comes from, where the framework says so elsewhere than in `req.ip`. */
  readAddress?: () => string | undefined,
): Exchange {
  return new NodeExchange(req, res, createContext, readAddress);
}

/** A class, so that a request costs one object, and what nobody asks for costs nothing. */
class NodeExchange implements Exchange {
  readonly createContext: Exchange['createContext'];
  readonly #req: NodeRequest;
  readonly #res: NodeResponse;
  /** Kept: frameworks make the way to it long, and it is gone many times. */
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
    const headers = this.#headers;
    // HTTP/2 has no Host, and says it otherwise.
    const value = headers[name] ?? (name === 'host' ? headers[':authority'] : undefined);
    return Array.isArray(value) ? value.join(', ') : value;
  }

  readBody(maxBytes: number): Promise<Body> | Body {
    return readBody(this.#req, maxBytes);
  }

  abort(): void {
    this.#controller.abort();
  }

  toRequest(): Request {
    if (this.#request) return this.#request;
    const headers = new Headers();
    const { rawHeaders } = this.#req;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const name = rawHeaders[index]!;
      // HTTP/2 keeps its method and path among the headers, as `:method`.
      if (!name.startsWith(':')) headers.append(name, rawHeaders[index + 1]!);
    }
    return (this.#request = new Request(this.url, { method: this.method, headers, signal: this.signal }));
  }

  get #controller(): AbortController {
    if (this.#hangUp) return this.#hangUp;
    const controller = (this.#hangUp = new AbortController());
    const res = this.#res;
    const onClose = () => {
      if (!isAnswered(res)) controller.abort();
    };
    // Who asks only now may have been hung up on already.
    if (isClosed(res)) onClose();
    else res.once('close', onClose);
    return controller;
  }
}

/** Answers a request. Never rejects: nobody would hear of it. */
export async function respond(
  handle: (exchange: Exchange) => Promise<Reply>,
  exchange: Exchange,
  res: NodeResponse,
): Promise<void> {
  try {
    const reply = await handle(exchange);
    if (reply.body instanceof ReadableStream) await writeStream(res, reply, reply.body);
    else writeReply(res, reply, reply.body);
  } catch {
    // A header of the app's that Node does not take, say.
    if (isOver(res)) {
      res.destroy?.();
    } else {
      res.writeHead(500);
      res.end();
    }
  }
}

async function writeStream(
  res: NodeResponse,
  { status, headers }: Reply,
  body: ReadableStream,
): Promise<void> {
  if (isOver(res)) return body.cancel();
  res.writeHead(status, withVary(headers, res));
  res.flushHeaders?.();
  // A client that leaves ends the stream at its source.
  await pipeline(Readable.fromWeb(body as NodeReadableStream), res).catch(() => undefined);
}

function writeReply(
  res: NodeResponse,
  { status, headers }: Reply,
  body: string | readonly Uint8Array[] | undefined,
): void {
  if (isOver(res)) return;
  // Headers that createContext has set, such as cookies, stay.
  const all = withVary(headers, res);
  res.writeHead(status, { ...all, 'content-length': lengthOf(body) });
  if (typeof body === 'object') {
    res.cork();
    for (const chunk of body) res.write(chunk);
    res.end();
  } else {
    res.end(body ?? '');
  }
}

/** What an answer varies by is added to, where every other header is replaced. */
export function withVary(
  headers: Record<string, string>,
  res: Pick<NodeResponse, 'getHeader'>,
): Record<string, string> {
  const { vary } = headers;
  const earlier = vary === undefined ? undefined : res.getHeader('vary');
  return earlier === undefined ? headers : { ...headers, vary: `${[earlier].flat().join(', ')}, ${vary}` };
}

/** The client has gone, or the app has answered by itself. */
export function isOver(res: NodeResponse): boolean {
  return res.headersSent || isClosed(res);
}

function isClosed({ destroyed, stream }: NodeResponse): boolean {
  return stream ? stream.destroyed : destroyed === true;
}

/** Whether the client has the whole answer. HTTP/2 calls an answer finished also when the client has hung up. */
function isAnswered(res: NodeResponse): boolean {
  return res.stream ? res.writableEnded : res.writableFinished;
}

function lengthOf(body: string | readonly Uint8Array[] | undefined): number {
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body?.reduce((length, chunk) => length + chunk.byteLength, 0) ?? 0;
}

function readBody(req: NodeRequest, maxBytes: number): Promise<Body> | Body {
  if (req.body !== undefined) return toBody(req.body);
  // Somebody has read it and kept it.
  if (req.readableEnded) return { text: '' };
  const isTooLarge = Number(req.headers['content-length']) > maxBytes;
  return new Promise((resolve, reject) => {
    if (isTooLarge) reject(new BodyTooLarge());
    const chunks: Buffer[] = [];
    let size = 0;
    // What is too much is read and dropped: a client that is still sending would not see an answer otherwise.
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maxBytes && !isTooLarge) chunks.push(chunk);
      else reject(new BodyTooLarge());
    });
    req.on('end', () =>
      resolve({ text: (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString() }),
    );
    req.on('close', () => {
      if (!req.readableEnded) reject(new Error('the client hung up while it was sending'));
    });
  });
}

/** A parser of text or bytes may have run before us, as well as one of JSON. */
function toBody(body: unknown): Body {
  if (typeof body === 'string') return { text: body };
  return Buffer.isBuffer(body) ? { text: body.toString() } : { parsed: body };
}

function toUrl(req: NodeRequest): URL {
  const scheme = 'encrypted' in req.socket ? 'https' : 'http';
  const host = req.headers.host ?? String(req.headers[':authority'] ?? 'localhost');
  try {
    // In one piece: a path such as `//evil.example` must not be taken for a host.
    return new URL(`${scheme}://${host}${req.originalUrl ?? req.url ?? '/'}`);
  } catch {
    return new URL(`${scheme}://localhost/`);
  }
}

function isLoopback(address: string | undefined): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address ?? '');
}

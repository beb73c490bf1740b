import { IncomingMessage } from 'node:http';

/** The body of a request was larger than it may be. */
export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** A request that a body parser has read, and whose address Express has found. */
type Parsed = IncomingMessage & { body?: unknown; ip?: string };

/** Reads the body as text: also when a body parser of the app, such as `express.json()`, has read it before. */
export async function readBody(request: Parsed, maxBytes: number): Promise<string> {
  const { body } = request;
  // Once a parser has taken the stream, there is nothing left to read.
  if (request.readableEnded && body !== undefined) {
    const text = textOf(body, request.headers['content-type']);
    if (Buffer.byteLength(text) > maxBytes) throw new BodyTooLarge();
    return text;
  }
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLarge();
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received > maxBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function textOf(body: unknown, contentType: string | undefined): string {
  if (typeof body === 'string') return body;
  if (Buffer.isBuffer(body)) return body.toString('utf8');
  if (!/^application\/x-www-form-urlencoded\b/i.test(contentType ?? '')) return JSON.stringify(body);
  const fields = Object.entries(body as Record<string, unknown>).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((each): [string, string] => [name, String(each)]),
  );
  return new URLSearchParams(fields).toString();
}

/** Makes the same request with another body, which has not been read. */
export function withBody(request: Parsed, body: string): IncomingMessage {
  const bytes = Buffer.from(body);
  const copy: Parsed = new IncomingMessage(request.socket);
  if (request.ip !== undefined) copy.ip = request.ip;
  copy.method = request.method;
  copy.url = request.url;
  copy.httpVersion = request.httpVersion;
  copy.httpVersionMajor = request.httpVersionMajor;
  copy.httpVersionMinor = request.httpVersionMinor;
  const { 'transfer-encoding': _chunked, 'content-encoding': _encoded, ...headers } = request.headers;
  copy.headers = { ...headers, 'content-length': String(bytes.length) };
  // Otherwise its end would count as a client that hung up.
  copy.complete = true;
  copy.push(bytes);
  copy.push(null);
  return copy;
}

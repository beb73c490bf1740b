import type { Exchange, Reply } from '../../src/protocol/exchange.ts';
import type { Handler } from '../../src/protocol/handler.ts';

/** A request as a host passes it to the handler, without a socket. */
export interface RawRequest {
  method: string;
  headers: Record<string, string>;
  body: string;
}

/** What a client sees of an answer. */
export interface Seen {
  status: number;
  headers: Record<string, string | undefined>;
  body: unknown;
}

/**
 * Sends a request through a handler, and reads what a client would see. If the handler asks for the web request, the
 * SDK has answered.
 */
export async function send(handler: Handler, request: RawRequest, onWebRequest = () => {}): Promise<Seen> {
  return see(await handler.handle(toExchange(request, onWebRequest)));
}

function toExchange({ method, headers, body }: RawRequest, onWebRequest: () => void): Exchange {
  const hangUp = new AbortController();
  const url = new URL('http://localhost/mcp');
  return {
    method,
    url,
    query: '',
    authorization: headers['authorization'],
    header: (name) => headers[name],
    readBody: () => ({ text: body }),
    isLoopback: true,
    address: undefined,
    signal: hangUp.signal,
    abort: () => hangUp.abort(),
    toRequest() {
      onWebRequest();
      return new Request(url, { method, headers, signal: hangUp.signal });
    },
    toHead() {
      onWebRequest();
      return new Request(url, { method, headers });
    },
    createContext: () => ({ user: headers['authorization'] }),
  };
}

/** The relevant headers, and the body without the random references of masked errors. A stream is a list of its messages. */
async function see({ status, headers, body }: Reply): Promise<Seen> {
  const chunks = typeof body === 'string' ? [body] : await readAll(body);
  const text = chunks.join('').replaceAll(/[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/g, '<reference>');
  const { 'content-type': type, 'www-authenticate': challenge, allow } = headers;
  const seen = { status, headers: { type, challenge, allow } };
  if (type?.startsWith('text/event-stream')) return { ...seen, body: readEvents(text) };
  return { ...seen, body: text === '' ? undefined : JSON.parse(text) };
}

function readEvents(text: string): unknown[] {
  const lines = text.split('\n').filter((line) => line.startsWith('data: '));
  return lines.map((line) => JSON.parse(line.slice('data: '.length)) as unknown);
}

async function readAll(body: Exclude<Reply['body'], string>): Promise<string[]> {
  if (!body) return [];
  const decoder = new TextDecoder();
  const texts: string[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>)
    texts.push(decoder.decode(chunk, { stream: true }));
  return texts;
}

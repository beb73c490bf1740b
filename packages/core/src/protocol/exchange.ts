import type { CallHost } from '../call/call.ts';
import { errorCodes, type MessageId, type RpcError, toErrorMessage } from './json-rpc.ts';

/**
 * One HTTP request, in a form that every host can provide. Adapters make it, the handler reads it and returns a `Reply`.
 * Its properties are computed only when they are read.
 */
export interface Exchange extends CallHost {
  method: string;
  url: URL;
  /** What the URL has after its question mark. Empty for most requests, which therefore need no URL. */
  query: string;
  /** The header of this name, as the client sent it. Two of them are joined by a comma. */
  authorization: string | undefined;
  /** Returns the body, or what a body parser of the app has made of it. Rejects with `BodyTooLarge`. */
  readBody(maxBytes: number): Promise<Body> | Body;
  /** Whether the connection came in on a loopback address of this machine. */
  isLoopback: boolean;
  /** The address of the client, if the host knows it. */
  address: string | undefined;
  /** Aborts when the client hangs up before it has the whole answer. */
  signal: AbortSignal;
  /** Makes `signal` abort. */
  abort(): void;
  /** Returns the request as a web `Request` without its body. */
  toRequest(): Request;
  /** Returns the same without its signal, unless it was made before. So nothing is kept for as long as the client stays. */
  toHead(): Request;
}

/** Reads what a URL has after its question mark. */
export function queryOf(url: string): string {
  const start = url.indexOf('?');
  if (start === -1) return '';
  const end = url.indexOf('#');
  return end === -1 ? url.slice(start + 1) : url.slice(start + 1, Math.max(end, start + 1));
}

export type Body = { parsed: unknown } | { text: string };

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** The body that other code has read before us, and kept. It is a mistake of the app. */
export class BodyConsumed extends Error {
  override readonly name = 'BodyConsumed';

  constructor(remedy: string) {
    super(`the body of the request was consumed before the MCP handler got it; ${remedy}`);
  }
}

/** Reads a `Content-Length` header. Returns `undefined` if it is missing or says no number of bytes, such as `-1` or `0x10`. */
export function readLength(header: string | null | undefined): number | undefined {
  return header && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** The HTTP response, for the adapter to write. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Several chunks are written one after another. */
  body: string | readonly Uint8Array[] | ReadableStream<Uint8Array> | PushedBody | undefined;
}

/** A body that is written as it comes, for streams that are open for long: a web stream takes ten times the memory. */
export interface PushedBody {
  /** Begins to write. Called at most once. A body that is not opened needs nothing else. */
  open(sink: Sink): void;
  /** Called when the client reads on, after it had not. */
  advance(): void;
  /** Called when the client has left. */
  leave(): void;
}

/** Where a body is written to. */
export interface Sink {
  /** Returns whether the client reads fast enough. If not, nothing more is written until `advance` is called. */
  write(chunk: Uint8Array): boolean;
  end(): void;
}

export function isPushed(body: Reply['body']): body is PushedBody {
  return typeof body === 'object' && 'open' in body;
}

/** What is answered when the handler was closed. */
export const shuttingDown: RpcError = {
  code: errorCodes.internalError,
  message: 'This MCP endpoint is shutting down',
};

/** Makes a reply that consists of one JSON-RPC error. */
export function errorReply(
  status: number,
  error: RpcError,
  headers?: Record<string, string>,
  id: MessageId = null,
): Reply {
  const body = JSON.stringify(toErrorMessage(error, id));
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

import type { CallHost } from '../call/call.ts';

/**
 * One HTTP request, in words that every host can say. Adapters make it; the handler reads it and answers with a
 * `Reply`. Nothing here costs anything until it is asked for.
 */
export interface Exchange extends CallHost {
  method: string;
  url: URL;
  /** What a body parser before us has made of the body, or the body itself. Rejects with `BodyTooLarge`. */
  readBody(maxBytes: number): Promise<Body> | Body;
  /** Whether the connection came in on a loopback address of this machine. */
  isLoopback: boolean;
  /** Where the request comes from, where the host knows. */
  address: string | undefined;
  /** Aborts when the client hangs up before it has the whole answer. */
  signal: AbortSignal;
  /** Makes `signal` abort. */
  abort(): void;
  /** As a web request, without its body, for those who ask for one. */
  toRequest(): Request;
}

export type Body = { parsed: unknown } | { text: string };

export class BodyTooLarge extends Error {
  override readonly name = 'BodyTooLarge';
}

/** The answer, for the adapter to write. */
export interface Reply {
  status: number;
  headers: Record<string, string>;
  /** Chunks are written one after another, as they are. */
  body: string | readonly Uint8Array[] | ReadableStream<Uint8Array> | undefined;
}

/** Codes of JSON-RPC itself, and those of MCP that are needed before the SDK has a request. */
export const errorCodes = {
  parseError: -32_700,
  invalidRequest: -32_600,
  invalidParams: -32_602,
  internalError: -32_603,
  headerMismatch: -32_020,
} as const;

/** A JSON-RPC error as the whole answer. `id` is null where there is none to answer to, or none that could be read. */
export function errorReply(
  status: number,
  code: number,
  message: string,
  headers?: Record<string, string>,
  id: string | number | null = null,
): Reply {
  const body = JSON.stringify({ jsonrpc: '2.0', error: { code, message }, id });
  return { status, headers: { 'content-type': 'application/json', ...headers }, body };
}

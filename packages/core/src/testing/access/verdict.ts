import type { TRPCError } from '@trpc/server';

/**
 * How a call ended: it succeeded, it failed with a code, or the tool does not exist for this caller. Only calls over
 * MCP can end in `UNKNOWN_TOOL`, when `visible` hides the tool.
 */
export type Verdict = 'OK' | 'UNKNOWN_TOOL' | TRPCError['code'];

/** One procedure, called by one caller. */
export interface Question {
  /** The procedure's dotted path. */
  path: string;
  input: unknown;
  /** The headers that identify the caller. */
  headers: Readonly<Record<string, string>>;
}

/** Sends a request and reads the JSON of the answer. Throws when the answer is not JSON. */
export async function fetchJson(url: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init);
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    throw unreadable(url, response.status, text);
  }
}

/** Makes an error for an answer that cannot come from the router, such as one of another server. */
export function unreadable(url: string, status: number, body: unknown): Error {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Error(`${url} answered ${status}, which is not an answer of this router: ${text.slice(0, 300)}`);
}

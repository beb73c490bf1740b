import type { TRPCError } from '@trpc/server';

/**
 * How a call ended: it was done, it failed with a code, or there is no such tool for this caller. Only calls over MCP
 * end in `UNKNOWN_TOOL`, where `visible` hides the tool.
 */
export type Verdict = 'OK' | 'UNKNOWN_TOOL' | TRPCError['code'];

/** One procedure, asked for by one caller. */
export interface Question {
  /** The procedure's dotted path. */
  path: string;
  input: unknown;
  /** What the caller sends to say who they are. */
  headers: Readonly<Record<string, string>>;
}

/** Sends a request and reads the JSON that answers it. Throws when anything else does. */
export async function fetchJson(url: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init);
  const text = await response.text();
  try {
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    throw unreadable(url, response.status, text);
  }
}

/** For an answer that says nothing about access, such as that of another server. */
export function unreadable(url: string, status: number, body: unknown): Error {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return new Error(`${url} answered ${status}, and not as this router would: ${text.slice(0, 300)}`);
}

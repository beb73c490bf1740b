import {
  createRequestStateCodec,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { AskState } from '../call/ask.ts';
import type { CallMethod, CallParams } from './call.ts';
import type { Serving } from './server.ts';

/** Seals what a client carries from one round of a call to the next. */
export interface StateSeal {
  seal(state: AskState, context: ServerContext): Promise<string>;
  /** Throws for what was not sealed here, or too long ago. */
  verify(text: string, context: ServerContext): Promise<AskState>;
}

/** How long a person may take to answer. */
const ttlSeconds = 600;

/** `secret` is shared by the machines that may serve the next round; one of this process without it. */
export function createStateSeal(secret: string | undefined): StateSeal {
  let made: RequestStateCodec<AskState> | undefined;
  // Not at mount: Workers have no random numbers there.
  const codec = () =>
    (made ??= createRequestStateCodec({
      key: secret ?? crypto.getRandomValues(new Uint8Array(32)),
      ttlSeconds,
    }));
  return {
    seal: async (state, context) => codec().mint(state, context),
    verify: async (text, context) => codec().verify(text, context),
  };
}

/** What call a state belongs to: an answer to one cannot be carried to another, or to another caller's. */
export async function bindingOf(
  { exchange, auth }: Serving,
  method: CallMethod,
  { name, uri, arguments: args }: CallParams,
): Promise<string> {
  const caller = auth
    ? [auth.clientId, auth.extra?.['sub'] ?? auth.token]
    : [exchange.header('authorization'), exchange.header('cookie')];
  const text = JSON.stringify([method, name ?? uri, args ?? {}, caller], sortKeys);
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The same arguments are the same whatever order a client sends them in. */
function sortKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

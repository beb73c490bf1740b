import {
  createRequestStateCodec,
  type RequestStateCodec,
  type ServerContext,
} from '@modelcontextprotocol/server';
import type { AskState } from '../call/ask.ts';
import { digest } from '../call/digest.ts';
import type { CallMethod, CallParams } from './call-by-name.ts';
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
  serving: Serving,
  method: CallMethod,
  { name, uri, arguments: args }: CallParams,
): Promise<string> {
  return digest([method, name ?? uri, args ?? {}, await callerOf(serving)]);
}

/** Who is calling, as far as it can be known: not who they say they are, but what they prove it with. */
export async function callerOf({ exchange, auth }: Serving): Promise<string> {
  if (!auth) return digest([exchange.header('authorization'), exchange.header('cookie')]);
  return digest([auth.clientId, auth.extra?.['sub'] ?? auth.token]);
}

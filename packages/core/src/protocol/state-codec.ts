import { createRequestStateCodec, type RequestStateCodec } from '@modelcontextprotocol/server';
import type { AskState } from '../call/ask.ts';

/** Makes what signs the states of calls, and reads them. It is in a file of its own because it loads the SDK. */
export function createStateCodec(key: string | Uint8Array, lifeMs: number): RequestStateCodec<AskState> {
  return createRequestStateCodec({ key, ttlSeconds: lifeMs / 1000 });
}

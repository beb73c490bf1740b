import type { Caller } from '../call/caller.ts';
import { digest } from '../call/digest.ts';
import type { Serving } from './serving.ts';

/** Finds out who is calling from the credential. It does not use what the client says of itself, which is not verified. */
export async function callerOf({ exchange, auth }: Serving): Promise<Caller> {
  const proof = auth
    ? [auth.clientId, auth.extra?.['sub'] ?? auth.token]
    : [exchange.header('authorization'), exchange.header('cookie')];
  return { kind: 'identified', id: await digest(proof) };
}

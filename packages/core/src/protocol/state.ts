import type { RequestStateCodec } from '@modelcontextprotocol/server';
import { type AskState, stateLifeMs } from '../call/ask.ts';
import { toCallerKey } from '../call/caller.ts';
import { digest } from '../call/digest.ts';
import type { CallMethod, CallParams } from './call-by-name.ts';
import type { Serving, StateSeal } from './serving.ts';

/** Makes the seal. Machines that serve the same calls share a `secret`; without it, each process makes one of its own. */
export function createStateSeal(secret: string | undefined): StateSeal {
  let made: RequestStateCodec<AskState> | undefined;
  // Made at the first call, because Workers have no random numbers at mount time. Only requests that the SDK serves need it.
  const load = async () => {
    const { createStateCodec } = await import('./state-codec.ts');
    return (made ??= createStateCodec(secret ?? crypto.getRandomValues(new Uint8Array(32)), stateLifeMs));
  };
  return {
    seal: async (state, context) => (await load()).mint(state, context),
    verify: async (text, context) => (await load()).verify(text, context),
  };
}

/** A digest of a call and its caller. A state is valid only for the call that it was made for. */
export async function bindingOf(
  serving: Serving,
  method: CallMethod,
  { name, uri, arguments: args }: CallParams,
): Promise<string> {
  return digest([method, name ?? uri, args ?? {}, toCallerKey(await serving.caller())]);
}

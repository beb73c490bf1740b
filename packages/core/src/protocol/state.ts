import type { Bytes } from '../bytes.ts';
import { type AskState, type OpenQuestions, stateLifeMs } from '../call/ask.ts';
import { toCallerKey } from '../call/caller.ts';
import { digest } from '../call/digest.ts';
import { fromBase64, toUrlBase64 } from '../schema/wire/base64.ts';
import { createSignText, isSameSignature, type SignText } from './sign-text.ts';
import type { CallMethod, CallParams } from './call-by-name.ts';
import type { ServerParts, Serving, StateSeal } from './serving.ts';

/** A state as it is signed: what it is, and the second after which it is not valid. */
interface Envelope {
  p: AskState;
  exp: number;
}

/**
 * Makes the seal. Machines that serve the same calls share a `secret`; without it, each process makes one of its own. What is
 * sealed is signed, and can be read by the client. Its form is that of `createRequestStateCodec` of the official SDK.
 */
export function createStateSeal(secret: string | undefined): StateSeal {
  let made: SignText | undefined;
  // Made at the first call, because Workers have no random numbers at mount time.
  const sign: SignText = (text) => (made ??= createSignText(toKey(secret)))(text);
  return {
    async seal(state) {
      const envelope: Envelope = { p: state, exp: toSeconds(Date.now()) + stateLifeMs / 1000 };
      const text = `${version}${toUrlBase64(encoder.encode(JSON.stringify(envelope)))}`;
      return `${text}.${await sign(text)}`;
    },
    async open(sealed) {
      const end = sealed.lastIndexOf('.');
      if (!sealed.startsWith(version) || end <= version.length) return undefined;
      const text = sealed.slice(0, end);
      if (!isSameSignature(sealed.slice(end + 1), await sign(text))) return undefined;
      const { p: state, exp } = JSON.parse(fromUrlBase64(text.slice(version.length))) as Envelope;
      return exp < toSeconds(Date.now()) ? undefined : state;
    },
  };
}

/** Seals what a call continues with when its questions are answered. The state is good for one round. */
export async function sealRound(
  { seal }: ServerParts,
  serving: Serving,
  method: CallMethod,
  params: CallParams,
  open: OpenQuestions,
): Promise<string> {
  const { requests: _, ...rest } = open;
  const bind = await bindingOf(serving, method, params);
  return seal.seal({ ...rest, bind, nonce: crypto.randomUUID() });
}

/** A digest of a call and its caller. A state is valid only for the call that it was made for. */
export async function bindingOf(
  serving: Serving,
  method: CallMethod,
  { name, uri, arguments: args }: CallParams,
): Promise<string> {
  return digest([method, name ?? uri, args ?? {}, toCallerKey(await serving.caller())]);
}

const version = 'v1.';
const encoder = new TextEncoder();
const decoder = new TextDecoder();

function toKey(secret: string | undefined): Bytes {
  return secret === undefined ? crypto.getRandomValues(new Uint8Array(32)) : encoder.encode(secret);
}

function toSeconds(time: number): number {
  return Math.floor(time / 1000);
}

function fromUrlBase64(text: string): string {
  return decoder.decode(fromBase64(text.replaceAll('-', '+').replaceAll('_', '/')));
}

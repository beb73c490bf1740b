import type { Bytes } from '../bytes.ts';
import { nodeCrypto } from '../digest-text.ts';
import { toUrlBase64 } from '../schema/wire/base64.ts';

/** Signs a text with HMAC-SHA256. The signature is in base64 for URLs, without padding. */
export type SignText = (text: string) => string | Promise<string>;

/** Makes what signs with a key. */
export function createSignText(key: Bytes): SignText {
  // A hand-over to the thread pool takes ten times as long as the signature of a short text.
  if (nodeCrypto?.createHmac && nodeCrypto.createSecretKey) {
    const { createHmac, createSecretKey } = nodeCrypto;
    const secret = createSecretKey(key);
    return (text) => createHmac('sha256', secret).update(text).digest('base64url');
  }
  const { subtle } = crypto;
  let imported: ReturnType<typeof subtle.importKey> | undefined;
  return async (text) => {
    imported ??= subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
    const signed = await subtle.sign('HMAC', await imported, new TextEncoder().encode(text));
    return toUrlBase64(signed);
  };
}

/** Compares two signatures. Takes the same time wherever they differ, so that nobody can find one character after another. */
export function isSameSignature(one: string, other: string): boolean {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let index = 0; index < one.length; index++) {
    difference |= one.charCodeAt(index) ^ other.charCodeAt(index);
  }
  return difference === 0;
}

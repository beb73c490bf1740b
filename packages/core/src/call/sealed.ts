import { fromBase64, toBase64 } from '../schema/wire/base64.ts';

/** Encrypts texts that are kept outside of this process. */
export interface Sealer {
  /** `name` is where the text is kept. It can be opened only there. */
  seal(text: string, name: string): Promise<string>;
  /** Returns `undefined` for what was sealed under another secret, or for another name, or was changed. */
  open(sealed: string, name: string): Promise<string | undefined>;
}

const ivBytes = 12;

/** Not every host declares `CryptoKey`. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/**
 * Makes a sealer that uses AES-GCM with a key that is derived from the secret by HKDF. What is sealed for one purpose cannot
 * be opened for another.
 */
export function createSealer(
  secret: string,
  purpose: 'answers of idempotency keys' | 'handles' | 'runs of code' | 'sessions' | 'tasks',
): Sealer {
  const encoder = new TextEncoder();
  let made: Promise<Key> | undefined;
  const key = () => (made ??= deriveKey(encoder.encode(secret), purpose));
  const algorithm = (iv: Uint8Array<ArrayBuffer>, name: string) => {
    return { name: 'AES-GCM', iv, additionalData: encoder.encode(name) };
  };
  return {
    async seal(text, name) {
      const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
      const sealed = await crypto.subtle.encrypt(algorithm(iv, name), await key(), encoder.encode(text));
      const bytes = new Uint8Array(ivBytes + sealed.byteLength);
      bytes.set(iv);
      bytes.set(new Uint8Array(sealed), ivBytes);
      return toBase64(bytes);
    },
    async open(sealed, name) {
      const cryptoKey = await key();
      try {
        const bytes = fromBase64(sealed);
        const iv = bytes.slice(0, ivBytes);
        const text = await crypto.subtle.decrypt(algorithm(iv, name), cryptoKey, bytes.slice(ivBytes));
        return new TextDecoder().decode(text);
      } catch {
        return undefined;
      }
    },
  };
}

async function deriveKey(secret: Uint8Array<ArrayBuffer>, purpose: string): Promise<Key> {
  const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey']);
  const info = new TextEncoder().encode(`trpc-mcp: ${purpose}`);
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info },
    material,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  );
}

/** The SHA-256 of a text in UTF-8, in hexadecimal digits. */
export async function digestText(text: string): Promise<string> {
  // A hand-over to the thread pool takes twenty times as long as the digest of a short text.
  if (hashNow) return hashNow('sha256', text);
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

interface Hmac {
  update(text: string): Hmac;
  digest(encoding: 'base64url'): string;
}

interface NodeCrypto {
  hash?: (algorithm: 'sha256', text: string) => string;
  createHmac?: (algorithm: 'sha256', key: object) => Hmac;
  createSecretKey?: (key: Uint8Array) => object;
}

interface NodeProcess {
  getBuiltinModule?: (id: string) => NodeCrypto | undefined;
}

/** Node's own module, also on hosts that have it from Node. `undefined` elsewhere, and on Node before 20.16. */
export const nodeCrypto: NodeCrypto | undefined = load();
const hashNow = nodeCrypto?.hash;

function load(): NodeCrypto | undefined {
  try {
    return (globalThis as { process?: NodeProcess }).process?.getBuiltinModule?.('node:crypto');
  } catch {
    // Some hosts only pretend to have the function, such as older versions of Bun.
    return undefined;
  }
}

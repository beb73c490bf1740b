import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';

/** Hides what goes into the store, and signs what comes back with a form. */
export interface Seal {
  /** Encrypts a value for its place in the store: elsewhere it does not open. */
  close(place: string, value: unknown): string;
  /** Decrypts a value. Returns `undefined` for what was changed, moved, or written with a secret that is not known. */
  open(place: string, sealed: string | undefined): unknown;
  /** Makes a code that nobody else can make for this text. */
  sign(text: string): string;
  /** Whether `sign` made the code for this text, with a secret that is still accepted. */
  isSigned(text: string, code: string): boolean;
  /** Keys that cookies are signed with. The first one signs. */
  cookieKeys: string[];
}

/** Makes a seal. The first secret is used, the others are accepted too. */
export function createSeal(secrets: readonly string[]): Seal {
  const keys = secrets.map(deriveKeys);
  const [first] = keys;
  if (!first) throw new Error('a seal needs a secret');
  return {
    close(place, value) {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', first.encryption, iv).setAAD(Buffer.from(place));
      const text = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return `${first.id}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(place, sealed) {
      const [id, body = ''] = sealed?.split('.') ?? [];
      const key = keys.find((each) => each.id === id);
      const bytes = Buffer.from(body, 'base64url');
      if (!key || bytes.length < 28) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key.encryption, bytes.subarray(0, 12))
        .setAAD(Buffer.from(place))
        .setAuthTag(bytes.subarray(12, 28));
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
        return JSON.parse(text.toString('utf8')) as unknown;
      } catch {
        return undefined;
      }
    },
    sign: (text) => hmac(first.signature, text),
    isSigned: (text, code) => keys.some(({ signature }) => isSame(hmac(signature, text), code)),
    cookieKeys: keys.map(({ cookies }) => cookies.toString('base64url')),
  };
}

/** The place of a record in the store. It does not tell the id, which is a credential for codes and tokens. */
export function placeOf(model: string, id: string): string {
  return `${model}:${createHash('sha256').update(`${model}\n${id}`).digest('base64url')}`;
}

interface Keys {
  /** Tells which secret a value was encrypted with. */
  id: string;
  encryption: Buffer;
  signature: Buffer;
  cookies: Buffer;
}

function deriveKeys(secret: string): Keys {
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync('sha256', secret, '', `@trpc-mcp/oauth ${purpose}`, 32));
  const encryption = derive('store');
  const id = createHash('sha256').update(encryption).digest('base64url').slice(0, 8);
  return { id, encryption, signature: derive('forms'), cookies: derive('cookies') };
}

function hmac(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64url');
}

/** Compares in the same time, wherever the difference is. */
function isSame(one: string, other: string): boolean {
  const key = randomBytes(32);
  return createHmac('sha256', key)
    .update(one)
    .digest()
    .equals(createHmac('sha256', key).update(other).digest());
}

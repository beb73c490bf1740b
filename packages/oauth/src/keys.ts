import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { JWK } from 'jose' with { 'resolution-mode': 'import' };

/**
 * Makes a private key for the option `keys`, as a JWK. Keep it like a password:
 * `node --input-type=module -e "import { generateKey } from '@trpc-mcp/oauth'; console.log(JSON.stringify(await generateKey()))"`
 */
export async function generateKey(): Promise<JWK> {
  // Every client knows RS256, and its signatures are checked faster than those of other algorithms.
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const kid = randomBytes(8).toString('hex');
  return { ...(privateKey.export({ format: 'jwk' }) as JWK), kid, alg: 'RS256', use: 'sig' };
}

/** The part of a private key that everybody may know. */
export function toPublicKey({ kty, kid, alg, use, n, e, crv, x, y }: JWK): JWK {
  const given = Object.entries({ kty, kid, alg, use, n, e, crv, x, y }).filter(
    ([, value]) => value !== undefined,
  );
  return Object.fromEntries(given) as JWK;
}

/** The algorithm that a key signs with: its own, or the usual one for its type. */
export function algorithmOf({ alg, kty, crv }: JWK): string | undefined {
  if (alg !== undefined) return alg;
  if (kty === 'RSA') return 'RS256';
  if (kty === 'OKP') return 'EdDSA';
  return crv === undefined ? undefined : { 'P-256': 'ES256', 'P-384': 'ES384', 'P-521': 'ES512' }[crv];
}

import type { CryptoKey, JWTHeaderParameters, JWTPayload, JWTVerifyOptions } from 'jose' with {
  'resolution-mode': 'import',
};
import { digestText } from '../digest-text.ts';
import type { KeySet } from './key-set.ts';
import { clockToleranceMs } from './token.ts';

/** What a JWT says whose signature and issuer are right, and which is valid now. */
export interface SignedToken {
  claims: JWTPayload;
  typ: unknown;
}

/** Reads a JWT. Throws what jose throws if it is not valid, or a `TRPCError` if its key cannot be looked up. */
export type ReadToken = (token: string) => Promise<SignedToken>;

/** Of how many tokens it is remembered that their signature is right. Of more, the oldest are forgotten. */
const mostRemembered = 10_000;

/**
 * Makes the function that reads the tokens of one issuer. To check a signature takes longer than all the rest of a call, and
 * clients send the same token with each call, so that it is remembered by which key a token was signed. That is safe,
 * because nothing else is remembered:
 *
 * - The key of a token is looked up for each request as for the first one, so that old keys are read again. When the keys
 *   were read again, each of them is another object, and no token counts as signed by it yet.
 * - It is known by a digest of the whole token, header and signature included. No token is kept.
 * - The issuer and the algorithms are the same for all tokens of this function, and the times are compared each time.
 * - The claims are read from the token each time, so that no request has the objects of another one.
 * - A token that was refused is not remembered.
 */
export async function createTokenReader(
  { find, renew }: KeySet,
  options: JWTVerifyOptions,
): Promise<ReadToken> {
  const jose = await import('jose');
  const signedBy = new Map<string, CryptoKey | Uint8Array>();

  const verify = (token: string) => jose.jwtVerify(token, find, options);

  const readRemembered = async (token: string, digest: string): Promise<SignedToken | undefined> => {
    const key = signedBy.get(digest);
    if (!key) return undefined;
    // Cast: it was verified, so that it names an algorithm.
    const header = jose.decodeProtectedHeader(token) as JWTHeaderParameters;
    const claims = jose.decodeJwt(token);
    const isKept = key === (await find(header, { payload: '', signature: '' })) && isValidNow(claims);
    if (isKept) return { claims, typ: header.typ };
    signedBy.delete(digest);
    return undefined;
  };

  return async (token) => {
    const digest = await digestText(token);
    const remembered = await readRemembered(token, digest);
    if (remembered) return remembered;
    const { payload, protectedHeader, key } = await verify(token).catch(async (error: unknown) => {
      // Without a key id, a token that was signed with a new key looks like one with a bad signature.
      if (!isBadSignature(error) || jose.decodeProtectedHeader(token).kid !== undefined) throw error;
      await renew();
      return verify(token);
    });
    if (signedBy.size >= mostRemembered) signedBy.delete(signedBy.keys().next().value!);
    signedBy.set(digest, key);
    return { claims: payload, typ: protectedHeader.typ };
  };
}

/** As jose decides it. What is not valid is verified once more, which says why. */
function isValidNow({ exp, nbf }: JWTPayload): boolean {
  const now = Math.floor(Date.now() / 1000);
  const tolerance = clockToleranceMs / 1000;
  return exp! > now - tolerance && (nbf === undefined || nbf <= now + tolerance);
}

function isBadSignature(error: unknown): boolean {
  return (error as { code?: unknown } | undefined)?.code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED';
}

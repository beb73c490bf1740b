import { jwt, type VerifiedToken, type VerifyToken } from '@trpc-mcp/core';
import { TRPCError } from '@trpc/server';
import { readSubject } from './grants/subject-type.ts';
import type { Records } from './records.ts';
import { placeOf } from './seal.ts';
import { toPublicKey } from './keys.ts';
import type { Settings } from './settings.ts';

/** The claim of an access token that names its login, so that the token ends when the login is ended. */
export const loginClaim = 'login';

/** The model of tokens without a login that were revoked. */
export const revokedModel = 'Revoked';

/** Verifies access tokens, with the keys of this server, and whether they were ended before their time. */
export function createVerify<TUser>({ issuer, keys }: Settings<TUser>, records: Records): VerifyToken {
  const verifyJwt = jwt({ issuer, jwks: { keys: keys.map(toPublicKey) as never } });
  return async (token, options) => {
    const verified = await verifyJwt(token, options);
    if (!verified) return undefined;
    if (!readSubject(verified.extra ?? {}))
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'the token does not say who is calling' });
    let isOver: boolean;
    try {
      isOver = await isEnded(verified, records);
    } catch (cause) {
      const message = 'the token cannot be checked now; try again later';
      throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
    }
    if (isOver)
      throw new TRPCError({ code: 'UNAUTHORIZED', message: 'the connection was ended; connect again' });
    return verified;
  };
}

async function isEnded({ extra }: VerifiedToken, records: Records): Promise<boolean> {
  const { [loginClaim]: login, jti } = extra ?? {};
  if (typeof login === 'string') return !(await records.has(login));
  return typeof jti === 'string' && (await records.has(placeOf(revokedModel, jti)));
}

import { jwt, type VerifiedToken, type VerifyToken } from '@trpc-mcp/core';
import { TRPCError } from '@trpc/server';
import type { OnEvent } from './event.ts';
import { readSubject } from './grants/subject-type.ts';
import type { Records } from './records.ts';
import { toPublicKey } from './keys.ts';
import type { Settings } from './settings.ts';
import { StoreUnavailable } from './store/reach.ts';

/** The claim of an access token that names its login, so that the token ends when the login is ended. */
export const loginClaim = 'login';

/** The model of tokens without a login that were revoked. */
export const revokedModel = 'Revoked';

/** Reads an access token of this server: signature, issuer, audience and times, and who it speaks for. */
export type ReadToken = (token: string) => Promise<VerifiedToken>;

export function createReadToken<TUser>({ issuer, keys, resource }: Settings<TUser>): ReadToken {
  const verify = jwt({ issuer, jwks: { keys: keys.map(toPublicKey) as never } });
  return async (token) => {
    const verified = await verify(token, { resource });
    if (!verified || !readSubject(verified.extra ?? {}))
      throw refusal('the token does not say who is calling');
    return verified;
  };
}

/**
 * Makes the `verify` of the MCP endpoint. It also refuses a token that was ended before its time, and loads the person, for
 * each request anew: whoever may not use the app any more is refused.
 */
export function createVerify<TUser>(
  settings: Settings<TUser>,
  readToken: ReadToken,
  records: Records,
  onEvent: OnEvent,
): VerifyToken {
  const findUser = async ({ extra = {} }: VerifiedToken): Promise<TUser | undefined> => {
    const subject = readSubject(extra);
    // A client that calls for itself may have the id of a person.
    if (subject?.type !== 'user') return undefined;
    const user = await settings.loadUser(subject.id);
    if (user === undefined || user === null) throw refusal('the person may not use this app any more');
    return user;
  };
  return async (token) => {
    const verified = await readToken(token);
    try {
      if (await isEnded(verified, records)) throw refusal('the connection was ended; connect again');
      const user = await findUser(verified);
      return user === undefined ? verified : { ...verified, extra: { ...verified.extra, user } };
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause;
      if (!(cause instanceof StoreUnavailable))
        onEvent({ type: 'failure', refused: false, message: 'loadUser failed', cause });
      const message = 'the token cannot be checked now; try again later';
      throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
    }
  };
}

function refusal(message: string): TRPCError {
  return new TRPCError({ code: 'UNAUTHORIZED', message });
}

async function isEnded({ extra }: VerifiedToken, records: Records): Promise<boolean> {
  const { [loginClaim]: login, jti } = extra ?? {};
  if (typeof login === 'string') return !(await records.has(login));
  return typeof jti === 'string' && (await records.has(records.placeOf(revokedModel, jti)));
}

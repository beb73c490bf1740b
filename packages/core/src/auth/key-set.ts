import { TRPCError } from '@trpc/server';
import type { JWTVerifyGetKey } from 'jose';

/** The public keys of an authorization server. */
export interface KeySet {
  /** The key that a token was signed with. Throws a `TRPCError` `SERVICE_UNAVAILABLE` while that cannot be found out. */
  find: JWTVerifyGetKey;
}

/** After this long, keys are read anew: one that was taken out is not taken for longer. */
const maxAgeMs = 600_000;

/** Tokens can name keys that do not exist: they are not looked for more often than this. */
const cooldownMs = 10_000;

/** Between two tries to reach an authorization server that is down. */
const pauseMs = 5000;

const timeoutMs = 3000;

/** Reads keys when a token asks for them, and keeps them. */
export async function createKeySet(uri: URL): Promise<KeySet> {
  const { createRemoteJWKSet, customFetch } = await import('jose');
  let readAt = -Infinity;
  let failedAt = -Infinity;
  let failure: unknown;

  const read: typeof fetch = async (input, init) => {
    if (Date.now() < failedAt + pauseMs) throw unreachable(failure);
    try {
      const response = await fetch(input, init);
      if (!response.ok) throw new Error(`${uri.origin} answered ${response.status} instead of its keys`);
      const keys = (await response.json()) as { keys?: unknown };
      if (!Array.isArray(keys.keys)) throw new Error(`${uri.origin} answered something else than keys`);
      readAt = Date.now();
      failedAt = -Infinity;
      return Response.json(keys);
    } catch (error) {
      failedAt = Date.now();
      failure = error;
      throw unreachable(error);
    }
  };

  // How old the keys may be is decided below: to jose, old keys are no keys, and while nobody can be asked they are.
  const keys = createRemoteJWKSet(uri, {
    cacheMaxAge: Infinity,
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    [customFetch]: read,
  });

  return {
    async find(header, token) {
      // Without an answer, what is known holds; for a key that is not known, the next line asks again, and throws.
      if (Date.now() > readAt + maxAgeMs) await keys.reload().catch(() => undefined);
      return keys(header, token);
    },
  };
}

function unreachable(cause: unknown): TRPCError {
  const message = 'the authorization server cannot be reached to check the token; try again later';
  return new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
}

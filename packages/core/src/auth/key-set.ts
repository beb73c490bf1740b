import { TRPCError } from '@trpc/server';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose' with { 'resolution-mode': 'import' };

/** The public keys of an authorization server. */
export interface KeySet {
  /** Finds the key that a token was signed with. Throws a `TRPCError` `SERVICE_UNAVAILABLE` when the keys cannot be read. */
  find: JWTVerifyGetKey;
}

/** Keys are read again when they are older than this, so that a revoked key stops working. */
const maxAgeMs = 600_000;

/** How often an unknown key is looked for at most: a token can name any key, also one that does not exist. */
const cooldownMs = 10_000;

/** The time between two attempts to reach an authorization server that is down. */
const pauseMs = 5000;

const timeoutMs = 3000;

/** Reads the keys when a token first needs them, and caches them. */
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
      if (!Array.isArray(keys.keys)) throw new Error(`${uri.origin} answered without keys`);
      readAt = Date.now();
      failedAt = -Infinity;
      return Response.json(keys);
    } catch (error) {
      failedAt = Date.now();
      failure = error;
      throw unreachable(error);
    }
  };

  // jose forgets old keys. Here `find` decides about their age, so that they still work while the server is down.
  const keys = createRemoteJWKSet(uri, {
    cacheMaxAge: Infinity,
    cooldownDuration: cooldownMs,
    timeoutDuration: timeoutMs,
    [customFetch]: read,
  });

  return {
    async find(header, token) {
      // When that fails, the cached keys stay valid. For a key that is not cached, the next line asks again and throws.
      if (Date.now() > readAt + maxAgeMs) await keys.reload().catch(() => undefined);
      return keys(header, token);
    },
  };
}

/** Finds the keys among some that the app has. Nobody is asked. */
export async function createLocalKeySet(jwks: JSONWebKeySet): Promise<KeySet> {
  const { createLocalJWKSet } = await import('jose');
  return { find: createLocalJWKSet(jwks) };
}

function unreachable(cause: unknown): TRPCError {
  const message = 'the authorization server cannot be reached to check the token; try again later';
  return new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
}

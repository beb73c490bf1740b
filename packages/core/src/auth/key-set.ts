import { TRPCError } from '@trpc/server';
import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose' with { 'resolution-mode': 'import' };

/** The public keys of an authorization server. */
export interface KeySet {
  /**
   * Finds the key that a token was signed with. A key that is new is looked for at once, but only so often, because a token
   * can name any key. Throws a `TRPCError` `SERVICE_UNAVAILABLE` when the keys cannot be read.
   */
  find: JWTVerifyGetKey;
  /** Reads the keys again, as often as for a key that is new: for a token that names no key, and that no key fits. */
  renew: () => Promise<void>;
}

/** Keys are read again when they are older than this, so that a revoked key stops working. */
const maxAgeMs = 600_000;

/** How long an unknown key is not looked for again, and the time in which the keys are read `mostReads` times at most. */
const cooldownMs = 10_000;

/** How often the keys are read within the cooldown, for whatever keys tokens name. */
const mostReads = 5;

/** The time between two attempts to reach an authorization server that is down. */
const pauseMs = 5000;

const timeoutMs = 3000;

/** Reads the keys when a token first needs them, and caches them. */
export async function createKeySet(uri: URL): Promise<KeySet> {
  const { createRemoteJWKSet, customFetch } = await import('jose');
  let readAt = -Infinity;
  let failedAt = -Infinity;
  let failure: unknown;
  /** Counts the reads that were begun, and says which of them brought the keys that are cached. */
  let begun = 0;
  let newest = 0;
  /** When the latest reads were begun. */
  let recent: number[] = [];
  /** The keys that the cached ones were read for, and when. A token that names no key looks for `undefined`. */
  const lookedFor = new Map<string | undefined, number>();

  const read: typeof fetch = async (input, init) => {
    const now = Date.now();
    if (now < failedAt + pauseMs) throw unreachable(failure);
    recent = recent.filter((at) => now < at + cooldownMs);
    if (newest > 0 && recent.length >= mostReads) throw tooManyReads;
    recent.push(now);
    const number = ++begun;
    try {
      const response = await fetch(input, init);
      if (!response.ok) throw new Error(`${uri.origin} answered ${response.status} instead of its keys`);
      const keys = (await response.json()) as { keys?: unknown };
      if (!Array.isArray(keys.keys)) throw new Error(`${uri.origin} answered without keys`);
      readAt = Date.now();
      failedAt = -Infinity;
      newest = Math.max(newest, number);
      return Response.json(keys);
    } catch (error) {
      failedAt = Date.now();
      failure = error;
      throw unreachable(error);
    }
  };

  // jose forgets old keys, and does not look for new ones within its cooldown. Here `find` decides about both.
  const keys = createRemoteJWKSet(uri, {
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
    timeoutDuration: timeoutMs,
    [customFetch]: read,
  });

  const hasReadSince = (before: number) => newest > before;

  /**
   * Waits for the read that is under way, or begins one. Returns whether the keys were read. They were not if this key was
   * looked for already, or if there were too many reads.
   */
  const readFor = async (kid: string | undefined): Promise<boolean> => {
    const isShared = keys.reloading;
    if (!isShared && Date.now() < (lookedFor.get(kid) ?? -Infinity) + cooldownMs) return false;
    try {
      await keys.reload();
    } catch (error) {
      if (error === tooManyReads) return false;
      throw error;
    }
    if (isShared) return true;
    const now = Date.now();
    for (const [other, at] of lookedFor) if (now >= at + cooldownMs) lookedFor.delete(other);
    lookedFor.set(kid, now);
    return true;
  };

  return {
    async find(header, token) {
      const before = begun;
      // When that fails, the cached keys stay valid. For a key that is not cached, `readFor` asks again and throws.
      if (Date.now() > readAt + maxAgeMs) await keys.reload().catch(() => undefined);
      for (;;) {
        try {
          return await keys(header, token);
        } catch (error) {
          if ((error as { code?: unknown }).code !== 'ERR_JWKS_NO_MATCHING_KEY') throw error;
          // A read that had begun before the token came may have missed its key. One that began later has not.
          if (hasReadSince(before) || !(await readFor(header.kid))) throw error;
        }
      }
    },
    async renew() {
      const before = begun;
      do {
        if (!(await readFor(undefined))) return;
      } while (!hasReadSince(before));
    },
  };
}

/** Finds the keys among some that the app has. Nobody is asked. */
export async function createLocalKeySet(jwks: JSONWebKeySet): Promise<KeySet> {
  const { createLocalJWKSet } = await import('jose');
  return { find: createLocalJWKSet(jwks), renew: async () => {} };
}

const tooManyReads = new Error('the keys were read too often');

function unreachable(cause: unknown): TRPCError {
  const message = 'the authorization server cannot be reached to check the token; try again later';
  return new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
}

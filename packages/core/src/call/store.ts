import { TRPCError } from '@trpc/server';

/**
 * Keeps what calls share: used consents, answers for idempotency keys, counts for rate limits, runs of code, and sessions of 2025. The
 * default keeps all but the last in memory, for one process. Each key begins with its purpose: `consent:` and `once:` are
 * promises, which must not be forgotten before their time is over, `rate:` is a count. A session is over when its `session:` keys
 * are, and a run of code that waits for an answer is over when its `code:` key is. `owner` is a text that stands for the caller whose call sets
 * the key, for stores that give each caller a share of their room. When a store cannot be reached, or has no room, its
 * methods reject, and the calls that need it fail.
 */
export interface Store {
  /** Sets a key that does not exist yet. When two try at once, only one gets `true`. */
  add(key: string, value: string, ttlMs: number, owner?: string): Promise<boolean>;
  /** Reads a key. Resolves with `undefined` if it does not exist, or not any more. */
  get(key: string): Promise<string | undefined>;
  /** Sets a key, whether it exists or not. */
  set(key: string, value: string, ttlMs: number, owner?: string): Promise<void>;
  /** Removes a key. Does nothing if it does not exist. */
  delete(key: string): Promise<void>;
  /** Takes one of the points for each `durationMs`. Resolves with 0, or with the milliseconds to wait when none is left. */
  take(key: string, limit: { points: number; durationMs: number }): Promise<number>;
}

/** Thrown by the store in memory when it has no room for something new. */
export class StoreFull extends Error {
  override readonly name = 'StoreFull';

  /** Whether the share of this caller is full, and not the whole store. */
  readonly isOwn: boolean;

  constructor(isOwn: boolean) {
    super(
      isOwn
        ? 'this caller has as many consents and idempotency keys in their life as the server keeps for one caller'
        : 'the store in memory is full of consents and idempotency keys in their life; a store of the app, such as Redis, has more room',
    );
    this.isOwn = isOwn;
  }
}

/** Uses a store. When that fails, the call fails with an error that tells the model to try again later. */
export async function reach<TResult>(use: () => Promise<TResult>): Promise<TResult> {
  try {
    return await use();
  } catch (cause) {
    if (cause instanceof StoreFull && cause.isOwn) {
      const message = `${cause.message}, so that nothing was done`;
      throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message, cause });
    }
    const message =
      cause instanceof StoreFull
        ? 'the server has no room to keep what this call needs to be safe right now, so that nothing was done'
        : 'what this call needs to be safe cannot be reached right now, so that nothing was done';
    throw new TRPCError({ code: 'SERVICE_UNAVAILABLE', message, cause });
  }
}

/**
 * Where the authorization server keeps what it has to remember: registrations, sessions, codes, refresh tokens and what
 * people have allowed. Keys are hashes and values are encrypted before they come here, so that a copy of the store lets
 * nobody in. Several processes with the same store are one authorization server.
 *
 * `memoryOAuthStore`, `postgresOAuthStore` and `redisOAuthStore` (of `@trpc-mcp/redis`) make one. Write your own for
 * another database. `add` and `take` have to be atomic over all processes, and `set` and `delete` have to change a record
 * together with its groups. Keys and groups have at most 500 characters, and values at most 1 MB. Whole texts are compared,
 * so upper-case letters count. When the store cannot be reached, its methods reject, and the request is answered 503.
 */
export interface OAuthStore {
  /** Sets a key that does not exist yet. When two try at once, also from two processes, only one gets `true`. */
  add(key: string, value: string, ttlMs: number): Promise<boolean>;
  /** Reads a key. Resolves with `undefined` if it does not exist, or has expired. */
  get(key: string): Promise<string | undefined>;
  /** Sets a key, whether it exists or not. `groups` replaces the groups that the key was in. */
  set(key: string, value: string, ttlMs: number, groups?: readonly string[]): Promise<void>;
  /** Removes a key, and takes it out of its groups. Does nothing if it does not exist. */
  delete(key: string): Promise<void>;
  /** The keys in a group that have not expired, in any order. */
  keysOf(group: string): Promise<string[]>;
  /**
   * Takes one of the points for each `durationMs`. Resolves with 0, or with the milliseconds to wait when none is left. These
   * keys are apart from those of the other methods, and a key with another limit has points of its own.
   */
  take(key: string, limit: { points: number; durationMs: number }): Promise<number>;
}

import type { OnEvent } from '../event.ts';
import type { OAuthStore } from './store.ts';

/** The store cannot be reached. oidc-provider and the router answer 503 with this code and these words. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
  readonly statusCode = 503;
  readonly expose = true;
  readonly error = 'temporarily_unavailable';
  readonly error_description = 'Something is wrong at the moment. Try again later.';
}

/** Makes a store whose failures are told to the log, and answered 503. */
export function reachStore(store: OAuthStore, onEvent: OnEvent): OAuthStore {
  const reach = async <TResult>(use: () => Promise<TResult>): Promise<TResult> => {
    try {
      return await use();
    } catch (cause) {
      onEvent({ type: 'failure', refused: false, message: 'the store cannot be reached', cause });
      // oidc-provider writes the message as the error of its answer.
      throw new StoreUnavailable('temporarily_unavailable', { cause });
    }
  };
  return {
    add: (key, value, ttlMs) => reach(() => store.add(key, value, ttlMs)),
    get: (key) => reach(() => store.get(key)),
    set: (key, value, ttlMs, groups) => reach(() => store.set(key, value, ttlMs, groups)),
    delete: (key) => reach(() => store.delete(key)),
    keysOf: (group) => reach(() => store.keysOf(group)),
    take: (key, limit) => reach(() => store.take(key, limit)),
  };
}

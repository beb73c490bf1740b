import type { OAuthStore } from '../../src/store/store.ts';

/** A store that these tests can look into. The grants only add. */
export function createStore(): OAuthStore & { keys: Map<string, number> } {
  const keys = new Map<string, number>();
  const unused = (): never => {
    throw new Error('the grants do not use this');
  };
  return {
    keys,
    async add(key, _, ttlMs) {
      if (keys.has(key)) return false;
      keys.set(key, ttlMs);
      return true;
    },
    get: unused,
    set: unused,
    delete: unused,
    keysOf: unused,
    take: unused,
  };
}

import { createMemoryStore } from '../../src/call/memory-store.ts';
import type { Store } from '../../src/call/store.ts';

export interface SpyingStore extends Store {
  /** Every operation since the last look, in order, without the part of the key that is random. */
  operations: string[];
  /** What is kept now: keys and values, as they would be on Redis. */
  kept: Map<string, string>;
  /** While it is set, every operation rejects with it. */
  failure: Error | undefined;
}

/** A store in memory that two handlers can share, as two processes share a Redis. Nothing in it ends by itself. */
export function openStore(): SpyingStore {
  const inner = createMemoryStore();
  const kept = new Map<string, string>();
  const spy = async <TResult>(name: string, work: () => Promise<TResult>): Promise<TResult> => {
    if (store.failure) throw store.failure;
    store.operations.push(name);
    return work();
  };
  const store: SpyingStore = {
    operations: [],
    kept,
    failure: undefined,
    add: (key, value, ...rest) =>
      spy('add', async () => {
        const isNew = await inner.add(key, value, ...rest);
        if (isNew) kept.set(key, value);
        return isNew;
      }),
    get: (key) => spy('get', () => inner.get(key)),
    set: (key, value, ...rest) =>
      spy('set', async () => {
        await inner.set(key, value, ...rest);
        kept.set(key, value);
      }),
    delete: (key) =>
      spy('delete', async () => {
        await inner.delete(key);
        kept.delete(key);
      }),
    take: (key, limit) => spy('take', () => inner.take(key, limit)),
  };
  return store;
}

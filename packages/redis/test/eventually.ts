import { setTimeout as sleep } from 'node:timers/promises';

/** Tries until it does not throw any more, and throws what it threw last when that takes too long. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 15_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (thrown) {
      if (Date.now() >= end) throw thrown;
      await sleep(20);
    }
  }
}

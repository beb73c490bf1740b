/** A timer cannot be longer; with a larger number it would fire at once. */
export const longestMs: number = 2 ** 31 - 1;

/** Lets a Node process end while this timer waits. Timers of other hosts have no `unref`. */
export function unref(timer: unknown): void {
  (timer as { unref?: () => void } | undefined)?.unref?.();
}

/** Waits for a value, and returns `undefined` if it takes longer. */
export async function within<TValue>(ms: number, value: Promise<TValue>): Promise<TValue | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>(
    (resolve) => (timer = setTimeout(() => resolve(undefined), Math.min(ms, longestMs))),
  );
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

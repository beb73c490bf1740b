/** What a promise is rejected with that took too long. */
export class TooLong extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
  }
}

/** Starts a timer. Its promise is rejected with `TooLong` when the time is over. */
export function startTimer(ms: number): { over: Promise<never>; clear: () => void } {
  const { promise: over, reject } = withReject();
  const id = setTimeout(() => reject(new TooLong(ms)), ms);
  return { over, clear: () => clearTimeout(id) };
}

/** Waits for a promise, but not for longer than this. */
export async function withTimeLimit<T>(promise: Promise<T>, ms: number): Promise<T> {
  const { over, clear } = startTimer(ms);
  try {
    return await Promise.race([promise, over]);
  } finally {
    clear();
  }
}

export function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** Makes a promise that may reject while nobody waits for it. */
export function withReject(): { promise: Promise<never>; reject: (error: unknown) => void } {
  let reject!: (error: unknown) => void;
  const promise = new Promise<never>((_resolve, reject_) => (reject = reject_));
  promise.catch(() => {});
  return { promise, reject };
}

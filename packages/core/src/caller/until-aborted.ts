/** Waits for work, and rejects with the signal's reason as soon as it aborts. The work itself may go on. */
export async function untilAborted<TValue>(
  signal: AbortSignal,
  start: () => Promise<TValue>,
): Promise<TValue> {
  signal.throwIfAborted();
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([start(), aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

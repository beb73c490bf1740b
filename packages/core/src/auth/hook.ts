/** Thrown when a hook of the app has not answered in time. */
export class HookTimeout extends Error {
  override readonly name = 'HookTimeout';
}

/** Waits for a hook of the app, and for no longer than `timeoutMs`. Rejects with what it threw, or a `HookTimeout`. */
export async function runHook<TResult>(
  name: string,
  timeoutMs: number,
  hook: () => TResult | Promise<TResult>,
): Promise<TResult> {
  const pending = hook();
  if (!(pending instanceof Promise)) return pending;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const message = `${name} has not answered within ${timeoutMs} ms; the option hookTimeoutMs allows more`;
    timer = setTimeout(() => reject(new HookTimeout(message)), timeoutMs);
  });
  try {
    return await Promise.race([pending, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

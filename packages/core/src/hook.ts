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
  const pending: unknown = hook();
  // Query builders and promises of other realms are no `Promise`, and may take as long.
  if (!isThenable(pending)) return pending as TResult;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const timeout = new Promise<never>((_, reject) => {
    const message = `${name} has not answered within ${timeoutMs} ms; the option hookTimeoutMs allows more`;
    timer = setTimeout(() => reject(new HookTimeout(message)), timeoutMs);
  });
  try {
    return await Promise.race([pending as Promise<TResult>, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

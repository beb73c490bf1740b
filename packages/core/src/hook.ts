import { shareClass } from './shared-class.ts';

/** Thrown when a hook of the app takes longer than `hookTimeoutMs`. */
export class HookTimeout extends Error {
  static {
    shareClass(this, 'HookTimeout');
  }

  override readonly name = 'HookTimeout';
}

/** Runs a hook of the app for at most `timeoutMs`. Rejects with what the hook threw, or with a `HookTimeout`. */
export async function runHook<TResult>(
  name: string,
  timeoutMs: number,
  hook: () => TResult | Promise<TResult>,
): Promise<TResult> {
  const pending: unknown = hook();
  // Not `instanceof Promise`: query builders and promises of other realms are thenables, too.
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

export function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

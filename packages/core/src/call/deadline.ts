import { TRPCError } from '@trpc/server';

/** Ends a call that takes too long, and whatever it has started. */
export interface Deadline {
  /** Aborts with the client's own, at the deadline, and when `stop` is called. */
  signal: AbortSignal;
  /** Rejects with TIMEOUT at the deadline. */
  race<TResult>(work: TResult | Promise<TResult>): Promise<TResult>;
  /** Tells whatever still runs that nobody waits for it. */
  stop(): void;
  /** When the call is over. */
  release(): void;
}

/** Timers cannot count further, and go off at once. */
const longestMs = 2 ** 31 - 1;

/** `ms` is counted from now; without it, only the client and `stop` end the call. */
export function setDeadline(client: AbortSignal, ms: number | undefined): Deadline {
  const controller = new AbortController();
  const onAbort = () => controller.abort(client.reason);
  if (client.aborted) onAbort();
  else client.addEventListener('abort', onAbort, { once: true });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    if (ms === undefined) return;
    timer = setTimeout(
      () => {
        const error = new TRPCError({ code: 'TIMEOUT', message: `it took more than ${ms} ms` });
        controller.abort(error);
        reject(error);
      },
      Math.min(ms, longestMs),
    );
  });
  // It may come when nothing is raced against it.
  late.catch(() => {});
  return {
    signal: controller.signal,
    race: (work) => Promise.race([work, late]),
    stop: () => controller.abort(),
    release() {
      clearTimeout(timer);
      client.removeEventListener('abort', onAbort);
    },
  };
}

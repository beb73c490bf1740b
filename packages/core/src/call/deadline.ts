import { TRPCError } from '@trpc/server';
import { longestMs } from '../timer.ts';

/** Ends a call that takes too long, and everything that it has started. */
export interface Deadline {
  /** Aborts when the client's signal does, at the deadline, and when `stop` is called. */
  signal: AbortSignal;
  /** Waits for the work, and rejects with TIMEOUT at the deadline. */
  race<TResult>(work: TResult | Promise<TResult>): Promise<TResult>;
  /** Aborts what still runs, because nobody waits for it any more. */
  stop(): void;
  /** Removes the timer and the listener. Call it when the call is over. */
  release(): void;
}

/** Sets a deadline in `ms` from now. Without `ms`, only the client's signal and `stop` end the call. */
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
  // The deadline may come while nothing is raced against it.
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

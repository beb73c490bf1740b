import { unref } from '../timer.ts';

/**
 * How long a running call may be silent. The shortest time limit of a client that is known is 5 seconds, and proxies wait
 * for longer.
 */
const silentMs = 3000;

/**
 * Calls `beat` when nothing was sent for a while, until it is stopped or a signal aborts. `sentAt` is the time of the last
 * message. Returns what stops it.
 */
export function startHeartbeat(
  beat: () => void,
  sentAt: () => number,
  signals: readonly (AbortSignal | undefined)[],
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const arm = (ms: number) => {
    timer = setTimeout(onTime, ms);
    // Does not keep a Node process alive. Timers of other hosts have no `unref`.
    unref(timer);
  };
  // One timer, whatever the app sends: it looks at the time of the last message when it fires.
  const onTime = () => {
    const silent = Date.now() - sentAt();
    // Negative when the clock was set back.
    if (silent >= 0 && silent < silentMs) return arm(silentMs - silent);
    beat();
    arm(silentMs);
  };
  const stop = () => {
    clearTimeout(timer);
    for (const signal of signals) signal?.removeEventListener('abort', stop);
  };
  if (signals.some((signal) => signal?.aborted)) return stop;
  for (const signal of signals) signal?.addEventListener('abort', stop, { once: true });
  arm(silentMs);
  return stop;
}

import type { Progress } from '../../call/progress.ts';
import { unref } from '../../timer.ts';

/** A store is written to no more often than this for each task. */
const intervalMs = 1000;
const mostCharacters = 1000;

/** Says the progress of a task in words. An app without types may have given anything. */
export function toProgressMessage(progress: Progress): string | undefined {
  const { progress: done, total, message } = (progress ?? {}) as Partial<Record<keyof Progress, unknown>>;
  if (typeof message === 'string') return message.slice(0, mostCharacters);
  if (!Number.isFinite(done)) return undefined;
  return Number.isFinite(total) ? `${String(done)} of ${String(total)}` : String(done);
}

/** Takes messages as often as they come, and writes the last one from time to time. */
export interface Ticker {
  tell(message: string): void;
  /** Writes the last message once more, unless it waits to be written. */
  repeat(): void;
  /** Resolves when nothing is written any more. What waits is dropped. */
  stop(): Promise<void>;
}

export function createTicker(write: (message: string) => Promise<void>): Ticker {
  let waiting: string | undefined;
  let last: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let writing: Promise<void> | undefined;
  let isOver = false;
  const next = () => {
    timer = undefined;
    if (waiting === undefined || isOver) return;
    const message = waiting;
    waiting = undefined;
    // A message that could not be written is followed by others.
    const rest = () => {
      writing = undefined;
      if (isOver) return;
      timer = setTimeout(next, intervalMs);
      unref(timer);
    };
    // One after the other, because a store may be slow, and need not keep the order.
    writing = write(message).then(rest, rest);
  };
  const tell = (message: string) => {
    last = message;
    waiting = message;
    if (timer === undefined && writing === undefined) next();
  };
  return {
    tell,
    repeat() {
      if (last !== undefined) tell(last);
    },
    async stop() {
      isOver = true;
      clearTimeout(timer);
      await writing;
    },
  };
}

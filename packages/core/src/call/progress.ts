import type { ServerContext } from '@modelcontextprotocol/server';

/** How far a call is. @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress */
export interface Progress {
  /** Has to grow with each message. */
  progress: number;
  /** The value of `progress` at the end, if it is known. */
  total?: number;
  message?: string;
}

/** Sends the progress of one call to its client. */
export interface ProgressChannel {
  /** Sends the progress unless it comes too fast. The last one is always sent. */
  offer(progress: Progress): void;
  /** Sends the progress in any case. Resolves when it is sent. */
  send(progress: Progress): Promise<void>;
  /** Sends what was held back, and nothing after it. Called before the result is sent. */
  end(): Promise<void>;
}

/** The shortest time between two messages. Nobody could see faster ones. */
const intervalMs = 20;

/** Returns a channel to the client, if the client asked for progress. */
export function openProgress(sdk: ServerContext | undefined): ProgressChannel | undefined {
  const progressToken = sdk?.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let held: Progress | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let sending = Promise.resolve();

  const write = (progress: Progress): Promise<void> => {
    sentAt = Date.now();
    held = undefined;
    clearTimeout(timer);
    timer = undefined;
    const params = { ...progress, progressToken };
    // Ignores a client that has hung up: the signal says so.
    const sent = async () => sdk!.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
    return (sending = sending.then(sent));
  };
  const isNew = ({ progress }: Progress) => {
    if (isOver || !(progress > last)) return false;
    last = progress;
    return true;
  };

  return {
    offer(offered) {
      const progress = toValid(offered);
      if (!progress || !isNew(progress)) return;
      const wait = intervalMs - (Date.now() - sentAt);
      if (wait <= 0) {
        void write(progress);
      } else {
        held = progress;
        // The next progress may come minutes later, so this one is sent when the time has passed.
        timer ??= setTimeout(() => void write(held!), wait);
      }
    },
    async send(progress) {
      // Counts the values of a stream from where the app's own progress has come to.
      const next = progress.progress > last ? progress : { ...progress, progress: last + 1 };
      if (isNew(next)) await write(next);
    },
    async end() {
      if (held) void write(held);
      isOver = true;
      await sending;
    },
  };
}

/** Keeps what a client can read: JSON has only finite numbers. `undefined` if `progress` itself is not one. */
function toValid(offered: unknown): Progress | undefined {
  const { progress, total, message } = (offered ?? {}) as Record<keyof Progress, unknown>;
  if (!Number.isFinite(progress)) return undefined;
  return {
    progress: progress as number,
    ...(Number.isFinite(total) && { total: total as number }),
    ...(typeof message === 'string' && { message }),
  };
}

import type { ServerContext } from '@modelcontextprotocol/server';

/** How far a call is. @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress */
export interface Progress {
  /** Has to grow. */
  progress: number;
  /** What it grows to, where that is known. */
  total?: number;
  message?: string;
}

/** Where the progress of one call goes. */
export interface ProgressChannel {
  /** Sends it, unless it comes too fast; the last one is always sent. */
  tell(progress: Progress): void;
  /** Sends it in any case, and gives the client time to take it. */
  tellNow(progress: Progress): Promise<void>;
  /** Sends what was held back, before the result goes out. Nothing is sent after it. */
  end(): Promise<void>;
}

/** Faster than this nobody sees it. */
const intervalMs = 20;

/** Where the client asked for progress, a channel to it. */
export function openProgress(sdk: ServerContext | undefined): ProgressChannel | undefined {
  const progressToken = sdk?.mcpReq._meta?.progressToken;
  if (progressToken === undefined) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let held: Progress | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let sending = Promise.resolve();

  const send = (progress: Progress): Promise<void> => {
    sentAt = Date.now();
    held = undefined;
    const params = { ...progress, progressToken };
    // A client that has gone is heard of by the signal.
    const sent = async () => sdk!.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
    return (sending = sending.then(sent));
  };
  const sendHeld = () => {
    clearTimeout(timer);
    timer = undefined;
    if (held && !isOver) void send(held);
  };
  const isNew = ({ progress }: Progress) => {
    if (isOver || !(progress > last)) return false;
    last = progress;
    return true;
  };

  return {
    tell(progress) {
      if (!isNew(progress)) return;
      const restMs = sentAt + intervalMs - Date.now();
      if (restMs <= 0) {
        void send(progress);
      } else {
        held = progress;
        // What comes after it may be long in coming.
        timer ??= setTimeout(sendHeld, restMs);
      }
    },
    async tellNow(progress) {
      // What a stream yields goes on where the app's own count has come to.
      const next = progress.progress > last ? progress : { ...progress, progress: last + 1 };
      if (isNew(next)) await send(next);
    },
    async end() {
      sendHeld();
      isOver = true;
      await sending;
    },
  };
}

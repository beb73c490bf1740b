import type { ServerContext } from '@modelcontextprotocol/server';

/** How far a call is. @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/progress */
export interface Progress {
  /** Has to grow with each message. */
  progress: number;
  /** The value of `progress` at the end, if it is known. */
  total?: number;
  message?: string;
}

/** Sends the progress of one call to its client, as fast as the client reads it. */
export interface ProgressChannel {
  /** Sends the progress, unless it comes faster than it can be read or seen. Then only the latest is kept, and sent later. */
  offer(progress: Progress): void;
  /** Sends the progress in any case. Resolves when the client has read it. */
  send(progress: Progress): Promise<void>;
  /** Sends what was held back, and nothing after it. Called before the result is sent. Does not wait for the client. */
  end(): void;
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
  let sending: Promise<void> | undefined;

  /** Hands a message over. Resolves when the client has read it. */
  const write = async (progress: Progress): Promise<void> => {
    sentAt = Date.now();
    held = undefined;
    clearTimeout(timer);
    timer = undefined;
    const params = { ...progress, progressToken };
    // Ignores a client that has hung up: the signal says so.
    await sdk!.mcpReq.notify({ method: 'notifications/progress', params }).catch(() => {});
  };
  /** Sends a message after those before it. */
  const queue = (progress: Progress): Promise<void> => {
    const sent = sending ? sending.then(() => (isOver ? undefined : write(progress))) : write(progress);
    sending = sent;
    void sent.then(() => {
      if (sending !== sent) return;
      sending = undefined;
      sendHeld();
    });
    return sent;
  };
  const sendHeld = () => {
    if (!held || sending || isOver) return;
    const wait = intervalMs - (Date.now() - sentAt);
    if (wait <= 0) void queue(held);
    // The next progress may come minutes later, so this one is sent when the time has passed.
    else timer ??= setTimeout(onTime, wait);
  };
  const onTime = () => {
    timer = undefined;
    if (held && !sending) void queue(held);
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
      held = progress;
      sendHeld();
    },
    async send(progress) {
      // Counts the values of a stream from where the app's own progress has come to.
      const next = progress.progress > last ? progress : { ...progress, progress: last + 1 };
      if (isNew(next)) await queue(next);
    },
    end() {
      if (isOver) return;
      isOver = true;
      if (held) void write(held);
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

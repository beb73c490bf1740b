import type { ServerContext } from '@modelcontextprotocol/server';
import type { Progress } from '../progress.ts';
import { startHeartbeat } from './heartbeat.ts';

export type { Progress };

/** Sends the progress of one call to its client, as fast as the client reads it. */
export interface ProgressChannel {
  /**
   * Begins to tell the client every few seconds that the call still runs, as long as the app itself tells nothing: clients
   * and proxies end a call that is silent. Goes on until `end` is called, or the client has left.
   */
  begin(): void;
  /** Sends the progress, unless it comes faster than it can be read or seen. Then only the latest is kept, and sent later. */
  offer(progress: Progress): void;
  /** Sends the progress in any case. Resolves when the client has read it. */
  send(progress: Progress): Promise<void>;
  /** Sends what was held back, and nothing after it. Called before the result is sent. Does not wait for the client. */
  end(): void;
}

/** The shortest time between two messages. Nobody could see faster ones. */
const intervalMs = 20;

/** How much a heartbeat adds to the progress. So little that people do not see it. */
const step = 1e-6;

/** What the client of a request was told last. By the request's signal, which all rounds of a call in a session share. */
const told = new WeakMap<AbortSignal, number>();

/** What the client of a call is told of its progress with. */
export interface ProgressLine {
  /** The token that the client has asked for progress with. */
  token: string | number;
  /** The signal of the request. */
  signal: AbortSignal;
  /** Aborts when nobody reads any more, although the call goes on. */
  left?: AbortSignal | undefined;
  /** Sends the params of a notification. Resolves when the client has read it. */
  notify(params: ProgressParams): Promise<void>;
}

export interface ProgressParams extends Progress {
  progressToken: string | number;
}

/**
 * How to reach the client while a call runs: with the SDK's context, which in a session is made when it is first needed, or
 * with progress alone.
 */
export type ClientWay = ServerContext | (() => ServerContext) | ProgressLine;

/** Returns a channel to the client, if the client asked for progress. */
export function openProgress(way: ClientWay | undefined): ProgressChannel | undefined {
  const line = toLine(way);
  if (!line) return undefined;
  let last = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;
  let held: Progress | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isOver = false;
  let sending: Promise<void> | undefined;
  const { signal, left, token: progressToken } = line;
  let reached = told.get(signal) ?? Number.NEGATIVE_INFINITY;
  /** The last message of the app. */
  let shown: Progress | undefined;
  let beats = 0;
  let stopHeart: (() => void) | undefined;

  /** Hands a message over. Resolves when the client has read it. */
  const write = async (progress: Progress): Promise<void> => {
    sentAt = Date.now();
    held = undefined;
    clearTimeout(timer);
    timer = undefined;
    // Heartbeats may have come as far as the app, or further. Then its message is sent all the same, with a little more.
    const next = progress.progress > reached ? progress.progress : above(reached);
    // There is no larger number, which the client could be told.
    if (next === Number.POSITIVE_INFINITY) return;
    reached = next;
    told.set(signal, reached);
    const params = { ...progress, progress: reached, progressToken };
    // Ignores a client that has hung up: the signal says so.
    await line.notify(params).catch(() => {});
  };
  /** Repeats the app's last message, with a little more. Before its first, counts from zero. */
  const beat = () => {
    // The client has not read yet what was sent before.
    if (sending || held || isOver) return;
    const progress = shown ? shown.progress + ++beats * step : beats++ * step;
    // Beyond, there may be no larger number.
    if (Math.max(progress, reached) < 1e308) void queue({ ...shown, progress });
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
  const isNew = (progress: Progress) => {
    if (isOver || !(progress.progress > last)) return false;
    last = progress.progress;
    shown = progress;
    beats = 0;
    return true;
  };

  return {
    begin() {
      if (isOver) return;
      stopHeart ??= startHeartbeat(beat, () => sentAt, [signal, left]);
    },
    offer(offered) {
      const progress = toValidProgress(offered);
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
      stopHeart?.();
      if (held) void write(held);
    },
  };
}

/** A context that is not made yet is that of a request without a token. */
function toLine(way: ClientWay | undefined): ProgressLine | undefined {
  if (!way || typeof way === 'function') return undefined;
  if (!('mcpReq' in way)) return way;
  const { mcpReq, sessionId, http } = way;
  const token = mcpReq._meta?.progressToken;
  if (token === undefined) return undefined;
  // A client of 2025 that hangs up has not cancelled its call, which goes on. Without a session, nobody hears of it any
  // more. With one, the client may come back for the rest of the stream.
  const left = sessionId === undefined ? http?.req?.signal : undefined;
  return {
    token,
    signal: mcpReq.signal,
    left,
    notify: (params) => mcpReq.notify({ method: 'notifications/progress', params: { ...params } }),
  };
}

/** The next larger number, if it is not so close that a client could take it for the same. */
function above(value: number): number {
  return value + Math.max(Math.abs(value) * Number.EPSILON, 1e-15);
}

/** Keeps what a client can read: JSON has only finite numbers. `undefined` if `progress` itself is not one. */
export function toValidProgress(offered: unknown): Progress | undefined {
  const { progress, total, message } = (offered ?? {}) as Record<keyof Progress, unknown>;
  if (!Number.isFinite(progress)) return undefined;
  return {
    progress: progress as number,
    ...(Number.isFinite(total) && { total: total as number }),
    ...(typeof message === 'string' && { message }),
  };
}

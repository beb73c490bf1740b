import type { RequestId } from '@modelcontextprotocol/server';
import { errorCodes, toErrorMessage } from '../json-rpc.ts';
import { mostCharacters } from './kept-events.ts';
import type { StreamCopy } from './kept-stream.ts';
import type { Share } from './share.ts';
import { unref } from '../../timer.ts';

/** What other processes know of a stream before its first event. */
export interface StreamHead {
  /** The requests that are answered on it. */
  ids: readonly RequestId[];
}

/** An event in the store, or the end of the stream. */
export type CopiedEvent = { json: string } | { isEnd: true };

/** While the process of a stream lives, it says so more often than this. */
export const aliveMs = 20_000;
const renewMs = 5000;
/** How long is tried to write one event. */
const patienceMs = 60_000;
const retryMs = 250;

/** The keys of a stream in the store. */
export const copyKeys = {
  head: (key: string) => `${key}:head`,
  alive: (key: string) => `${key}:alive`,
  event: (key: string, number: number) => `${key}:${number}`,
};

/**
 * Writes the events of a stream into the store, one after another, without holding the stream up. If that fails, nothing more
 * is written, and whoever reads it there learns that it is lost.
 */
export function createStreamCopy(
  share: Share,
  key: string,
  ids: readonly RequestId[],
  owner: string | undefined,
): StreamCopy {
  const head: StreamHead = { ids };
  let last = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let headAt = Date.now();
  let isOver = false;

  const write = (at: string, value: unknown, keptMs?: number) => share.write(at, value, owner, keptMs);
  const stop = () => {
    isOver = true;
    clearTimeout(timer);
  };
  const begin = async () => {
    await write(copyKeys.head(key), head);
    await write(copyKeys.alive(key), 1, aliveMs);
  };
  const sayAlive = async () => {
    await write(copyKeys.alive(key), 1, aliveMs);
    if (Date.now() - headAt < share.keptMs / 2) return;
    headAt = Date.now();
    await write(copyKeys.head(key), head);
  };
  /** Tries for a while, because a store may be away for a moment. */
  const persist = async (work: () => Promise<unknown>) => {
    const end = Date.now() + patienceMs;
    for (;;) {
      if (isOver) return;
      try {
        await work();
        return;
      } catch {
        if (share.isClosed || Date.now() >= end) return stop();
        await share.pause(retryMs);
      }
    }
  };
  const first = begin();
  let writing: Promise<unknown> = first.catch(() => persist(begin));
  const append = (work: () => Promise<unknown>) => (writing = writing.then(() => persist(work)));
  const renew = () => {
    timer = setTimeout(() => {
      void append(sayAlive);
      renew();
    }, renewMs);
    unref(timer);
  };
  renew();

  return {
    ready: first.catch(() => {}),
    add(number, json) {
      last = number;
      const text = json.length > mostCharacters ? withoutResult(json) : json;
      void append(() => write(copyKeys.event(key, number), { json: text } satisfies CopiedEvent));
    },
    end() {
      clearTimeout(timer);
      share.await(append(() => write(copyKeys.event(key, last + 1), { isEnd: true } satisfies CopiedEvent)));
    },
  };
}

/** What is told in place of a result that is too large for the store. */
function withoutResult(json: string): string {
  const message = JSON.parse(json) as { id?: RequestId; method?: string };
  if (message.method !== undefined || message.id === undefined) return json;
  const text = 'The result was too large to be kept for another connection; call again, and stay connected';
  return JSON.stringify(toErrorMessage({ code: errorCodes.internalError, message: text }, message.id));
}

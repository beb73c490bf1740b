import type { RequestId } from '@modelcontextprotocol/server';
import { toEvent } from '../event-stream.ts';
import { errorCodes, toErrorMessage } from '../json-rpc.ts';
import { type EventPlace, toEventId } from './event-id.ts';
import { toPrelude } from './kept-stream.ts';
import type { Share } from './share.ts';
import { type CopiedEvent, copyKeys, type StreamHead } from './stream-copy.ts';
import { unref } from '../../timer.ts';

export interface FollowOptions {
  /** After how many milliseconds a client comes back. `undefined` for clients that cannot read an event without data. */
  retryMs: number | undefined;
  /** After how many milliseconds the connection is closed, so that the client comes back. */
  connectionMs: number | undefined;
  /** Is called once, when the connection is closed. */
  onEnd: () => void;
}

export interface Followed {
  body: ReadableStream<Uint8Array>;
  close: () => void;
}

/** How often the store is asked for the next event, when there was none. */
const shortestMs = 50;
const longestMs = 1000;

/**
 * Reads a stream of another process from the store. Resolves with `undefined` if it is not there, or has no such place, and with
 * `over` if nothing comes after it; rejects if the store cannot be reached.
 */
export async function followCopy(
  share: Share,
  key: string,
  { stream, number }: EventPlace,
  { retryMs, connectionMs, onEnd }: FollowOptions,
): Promise<Followed | 'over' | undefined> {
  const sealedHead = await share.read(copyKeys.head(key));
  const head = sealedHead && (await share.open<StreamHead>(sealedHead, copyKeys.head(key)));
  if (!head || (number > 0 && !(await readEvent(share, key, number)))) return undefined;
  if (isEnd(await readEvent(share, key, number + 1))) return 'over';

  let place = number;
  let wait = shortestMs;
  let isOpen = true;
  let prelude = retryMs === undefined ? undefined : toPrelude(toEventId({ stream, number }), retryMs);
  let wake = () => {};
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    clearTimeout(limit);
    wake();
    try {
      controller.close();
    } catch {
      // The client has closed it.
    }
    onEnd();
  };
  const limit = connectionMs === undefined ? undefined : setTimeout(close, connectionMs);
  unref(limit);
  const pause = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, wait);
      wait = Math.min(longestMs, 2 * wait);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const next = async (): Promise<CopiedEvent | undefined> => {
    for (;;) {
      if (!isOpen) return undefined;
      // Asked before the event is read: then nothing was written after it.
      const isAlive = (await share.read(copyKeys.alive(key))) !== undefined;
      const event = await readEvent(share, key, place + 1);
      if (event) return event;
      if (isAlive) await pause();
      else await writeLost(share, key, head.ids, place);
    }
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start: (made) => void (controller = made),
      async pull() {
        if (prelude) {
          controller.enqueue(prelude);
          prelude = undefined;
          return;
        }
        // Without the store, the client comes back later.
        const event = await next().catch(() => undefined);
        if (!isOpen) return;
        if (!event || 'isEnd' in event) return close();
        place++;
        wait = shortestMs;
        controller.enqueue(toEvent(event.json, toEventId({ stream, number: place })));
      },
      cancel: close,
    },
    { highWaterMark: 0 },
  );
  return { body, close };
}

async function readEvent(share: Share, key: string, number: number): Promise<CopiedEvent | undefined> {
  const at = copyKeys.event(key, number);
  const sealed = await share.read(at);
  return sealed === undefined ? undefined : share.open<CopiedEvent>(sealed, at);
}

function isEnd(event: CopiedEvent | undefined): boolean {
  return event !== undefined && 'isEnd' in event;
}

/** Answers the requests that were running when their process died. `last` is the last event that it has written. */
async function writeLost(share: Share, key: string, ids: readonly RequestId[], last: number): Promise<void> {
  const open = new Set(ids);
  for (let number = 1; number <= last && ids.length > 1; number++) {
    const event = await readEvent(share, key, number);
    if (!event || 'isEnd' in event) continue;
    const { id, method } = JSON.parse(event.json) as { id?: RequestId; method?: string };
    if (id !== undefined && method === undefined) open.delete(id);
  }
  const message =
    'The process that ran this call has ended, or cannot be reached, before it was answered: it may have done its work, or a part of it';
  let number = last;
  for (const id of open) {
    const json = JSON.stringify(toErrorMessage({ code: errorCodes.internalError, message }, id));
    await share.writeNew(copyKeys.event(key, ++number), { json } satisfies CopiedEvent);
  }
  await share.writeNew(copyKeys.event(key, number + 1), { isEnd: true } satisfies CopiedEvent);
}

import type { Client, McpSubscription } from '@modelcontextprotocol/client';
import { attempt, connection } from '../session/connection.ts';
import { era } from '../session/settings.ts';
import { createStore } from '../store.ts';
import { noteProgress } from './progress.ts';
import { watchSessionStream } from './session-stream.ts';
import { stream } from './stream-state.ts';
import { toFilter, toPause } from './subscription-filter.ts';

/** The URIs of the resources that the page has subscribed to. */
export const subscribed = createStore<readonly string[]>([]);

connection.subscribe(() => {
  stop();
  const now = connection.get();
  if (now.kind !== 'open') return;
  watched = now.client;
  noteProgress(now.client);
  if (era.get() === '2026') void keepListening(now.client);
  else unwatch = watchSessionStream(now.client, stream.set);
});

/** Asks the endpoint to tell of changes of a resource. Rejects when it does not let this caller. */
export function subscribe(uri: string): Promise<void> {
  return change(
    (uris) => [...new Set([...uris, uri])],
    (client) => client.subscribeResource({ uri }),
  );
}

/** Asks the endpoint to tell of a resource no more. */
export function unsubscribe(uri: string): Promise<void> {
  return change(
    (uris) => uris.filter((one) => one !== uri),
    (client) => client.unsubscribeResource({ uri }),
  );
}

/** Opens a stream of 2026 that was dropped or refused now, in place of waiting. */
export function reopen(): void {
  wake?.();
}

/** The client whose changes are watched. */
let watched: Client | undefined;
/** Its open stream, in 2026. */
let active: McpSubscription | undefined;
let unwatch: (() => void) | undefined;
let wake: (() => void) | undefined;
let lastChange: Promise<unknown> = Promise.resolve();

function stop(): void {
  watched = undefined;
  void active?.close();
  active = undefined;
  unwatch?.();
  unwatch = undefined;
  wake?.();
  stream.set({ kind: 'opening' });
  subscribed.set([]);
}

/** A stream of 2026 has one filter, so that a new stream takes the place of the last. Changes wait for each other. */
function change(
  toUris: (uris: readonly string[]) => readonly string[],
  ask2025: (client: Client) => Promise<unknown>,
): Promise<void> {
  const done = lastChange.then(async () => {
    const uris = toUris(subscribed.get());
    if (era.get() === '2026') return listenTo(uris);
    await attempt(ask2025);
    return subscribed.set(uris);
  });
  lastChange = done.catch(() => undefined);
  return done;
}

async function listenTo(uris: readonly string[]): Promise<void> {
  const filter = toFilter(watched?.getServerCapabilities() ?? {}, uris);
  const client = watched;
  const opened = filter && (await attempt((now) => now.listen(filter)));
  if (client !== watched) return void opened?.close();
  const last = active;
  active = opened;
  subscribed.set(opened?.honoredFilter.resourceSubscriptions ?? []);
  void last?.close();
  wake?.();
  const isHonored = uris.every((uri) => subscribed.get().includes(uri));
  if (!isHonored) throw new Error('The endpoint does not tell of changes of this resource.');
}

/** How long a stream has to live in milliseconds to count as one that works. */
const leastLife = 10_000;

/** Keeps a stream of 2026 open as long as the connection is. */
async function keepListening(client: Client): Promise<void> {
  const isOver = () => client !== watched;
  let failures = 0;
  /* oxlint-disable no-await-in-loop -- one stream comes after the other */
  while (!isOver()) {
    const filter = toFilter(client.getServerCapabilities() ?? {}, subscribed.get());
    if (!active && !filter) {
      stream.set({
        kind: 'off',
        reason: 'The endpoint says that it tells nobody of changes.',
        isFinal: true,
      });
      await pause();
      continue;
    }
    let reason: string;
    try {
      const opened = active ?? (await attempt((now) => now.listen(filter!)));
      if (isOver()) return void opened.close();
      active ??= opened;
      stream.set({ kind: 'open' });
      const openedAt = performance.now();
      const how = await untilClosed();
      if (how === undefined || isOver()) continue;
      failures = performance.now() - openedAt < leastLife ? failures + 1 : 1;
      reason = how === 'graceful' ? 'The endpoint has ended the stream.' : 'The stream was cut.';
    } catch (error) {
      if (isOver()) return;
      reason = error instanceof Error ? error.message : String(error);
      if (isRefusal(error)) {
        stream.set({ kind: 'off', reason, isFinal: false });
        // Perhaps one resource is refused now, which is no reason not to hear of the lists.
        if (subscribed.get().length > 0) subscribed.set([]);
        else await pause();
        continue;
      }
      failures++;
    }
    const ms = toPause(failures);
    stream.set({ kind: 'dropped', reason, ms });
    await pause(ms);
  }
  /* oxlint-enable no-await-in-loop */
}

/** Waits until the open stream ends, and follows the one that takes its place. `undefined` if the page has ended it. */
async function untilClosed(): Promise<'graceful' | 'remote' | undefined> {
  while (active) {
    const current: McpSubscription = active;
    // oxlint-disable-next-line no-await-in-loop -- one stream comes after the other
    const how = await current.closed;
    if (active !== current) continue;
    active = undefined;
    return how === 'local' ? undefined : how;
  }
  return undefined;
}

/** Waits, until somebody asks to go on. */
function pause(ms?: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = ms === undefined ? undefined : setTimeout(() => wake?.(), ms);
    wake = () => {
      clearTimeout(timer);
      wake = undefined;
      resolve();
    };
  });
}

/** Whether the endpoint has answered that it will not, so that asking again does not help. */
function isRefusal(error: unknown): boolean {
  const { code, status } = error as { code?: unknown; status?: unknown };
  if (typeof status === 'number') return status >= 400 && status < 500 && status !== 408 && status !== 429;
  return typeof code === 'number';
}

import { isTrackedEnvelope } from '@trpc/server';
import { isObservable, observableToAsyncIterable } from '@trpc/server/observable';
import type { McpStream } from '../meta.ts';

export interface DrainOptions {
  /** The limits at which collecting ends. Without them, the whole stream is read. */
  limits: Required<McpStream> | undefined;
  /** Aborts when nobody waits for the result any more. */
  signal: AbortSignal;
  /** Aborts everything that the procedure has started. */
  stop: () => void;
  /** Is called with each value. The next value is read after it has resolved. */
  onValue?: ((value: unknown, count: number) => Promise<void>) | undefined;
}

/** What a streamed value has become. */
export interface Drained {
  value: unknown;
  /** What was yielded by generators that then returned something else as their result. */
  yielded: unknown[];
}

/** What was collected from a stream within its limits. */
export interface Collected {
  items: unknown[];
  /** The id of the last item, when the items are `tracked()`. */
  lastEventId?: string;
  ended: 'complete' | 'maxItems' | 'maxMs';
}

/** Whether this is a stream, which limits can be set for: an async iterable or an observable. */
export function isStream(value: unknown): boolean {
  return isIterable(value) || isObservable(value);
}

/** Whether tRPC would stream this: an async iterable, an observable, or an object with iterables or promises in it. */
export function isStreamed(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  if (isStream(value)) return true;
  if (!isPlainObject(value)) return false;
  for (const key in value) {
    const inner = value[key];
    if (typeof inner === 'object' && inner !== null && (isThenable(inner) || isIterable(inner))) return true;
  }
  return false;
}

/**
 * Waits for a streamed value. A stream becomes what it returns at its end. If it returns nothing, it becomes the list of
 * its values, or a `Collected` when it has limits. When one of several streams fails, the others are ended.
 */
export async function drain(value: object, options: DrainOptions): Promise<Drained> {
  const { signal } = options;
  const yielded: unknown[] = [];
  const ending = new AbortController();
  const onAbort = () => ending.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  try {
    return { value: await gather(value, { ...options, signal: ending.signal, yielded }), yielded };
  } catch (thrown) {
    ending.abort(thrown);
    options.stop();
    throw thrown;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

interface GatherOptions extends DrainOptions {
  yielded: unknown[];
}

async function gather(value: unknown, options: GatherOptions): Promise<unknown> {
  if (isObservable(value)) return gather(observableToAsyncIterable(value, options.signal), options);
  if (isIterable(value)) {
    const { returned, ...collected } = await collect(value, options);
    if (returned === undefined) return options.limits ? collected : collected.items;
    // One by one, because there may be more than a function can have arguments.
    for (const item of collected.items) options.yielded.push(item);
    return gather(returned, within(options));
  }
  if (!isStreamed(value)) return value;
  const entries = Object.entries(value).map(async ([key, inner]) => [
    key,
    await gather(await inner, options),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The options for what is inside a value. Only the stream itself has limits, and only its values are progress. */
function within(options: GatherOptions): GatherOptions {
  return { ...options, limits: undefined, onValue: undefined };
}

/** How long a stream gets to end after it was told to. */
const graceMs = 1000;
/** A stream without limits fails with more values than this, because no client could use so many. */
const mostItems = 10_000;

async function collect(
  stream: AsyncIterable<unknown>,
  options: GatherOptions,
): Promise<Collected & { returned?: unknown }> {
  const { limits, signal, stop, onValue } = options;
  const iterator = stream[Symbol.asyncIterator]();
  const items: unknown[] = [];
  let lastEventId: string | undefined;
  let returned: unknown;
  let ended: Collected['ended'] | undefined;
  const limit = startLimit(limits?.maxMs, signal);
  try {
    for (;;) {
      const next = readNext(iterator, options);
      const item = await Promise.race([next, limit.reached]);
      if (item === 'maxMs' || item === 'aborted') {
        // Nobody waits for this value any more, so its error is ignored.
        next.catch(() => {});
        if (item === 'aborted') signal.throwIfAborted();
        ended = 'maxMs';
        break;
      }
      if (item.isEnd) {
        returned = item.value;
        ended = 'complete';
        break;
      }
      lastEventId = item.id ?? lastEventId;
      items.push(item.value);
      if (onValue) {
        // Waits for a client that reads slowly, but not for longer than for the stream itself.
        const told = await Promise.race([onValue(item.value, items.length), limit.reached]);
        if (told === 'aborted') signal.throwIfAborted();
        if (told === 'maxMs') {
          ended = told;
          break;
        }
      }
      if (limits && items.length >= limits.maxItems) {
        ended = 'maxItems';
        break;
      }
      if (!limits && items.length > mostItems) {
        throw new RangeError(`it yielded more than ${mostItems} values; set mcp.stream to collect fewer`);
      }
    }
  } finally {
    limit.clear();
    if (ended !== 'complete') {
      stop();
      await endWithin(iterator, graceMs);
    }
  }
  return { items, ...(lastEventId !== undefined && { lastEventId }), ended, returned };
}

interface Item {
  /** Set when the value is `tracked()`. */
  id?: string | undefined;
  value: unknown;
  /** Whether the stream has ended, and `value` is what it returned. */
  isEnd: boolean;
}

/** Reads the next value, and waits for promises and streams inside it. */
async function readNext(iterator: AsyncIterator<unknown>, options: GatherOptions): Promise<Item> {
  const { done, value } = await iterator.next();
  if (done) return { value, isEnd: true };
  const [id, data] = isTrackedEnvelope(value as never) ? (value as [string, unknown]) : [undefined, value];
  if (!isStreamed(data)) return { id, value: data, isEnd: false };
  return { id, value: await gather(data, within(options)), isEnd: false };
}

interface Limit {
  reached: Promise<'maxMs' | 'aborted'>;
  clear(): void;
}

function startLimit(maxMs: number | undefined, signal: AbortSignal): Limit {
  let clear!: () => void;
  const reached = new Promise<'maxMs' | 'aborted'>((resolve) => {
    const onAbort = () => resolve('aborted');
    // A timer cannot be longer.
    const ms = maxMs && Math.min(maxMs, 2 ** 31 - 1);
    const timer = ms && setTimeout(() => resolve('maxMs'), ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    clear = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    };
  });
  return { reached, clear };
}

/** Runs the generator's `finally`, and waits for it at most `ms`. */
async function endWithin(iterator: AsyncIterator<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  // Errors of the `finally` are ignored, because nobody waits for the stream any more.
  const returned = (async () => iterator.return?.())().then(
    () => {},
    () => {},
  );
  await Promise.race([returned, late]);
  clearTimeout(timer);
}

function isIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isThenable(value: object): boolean {
  return typeof (value as { then?: unknown }).then === 'function';
}

function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

import { isPushed, type PushedBody, type Reply, type Sink } from './exchange.ts';
import type { Flow } from './flow.ts';
import { type MessageId, type RpcError, toErrorMessage } from './json-rpc.ts';
import { within } from '../timer.ts';

/** The longest time without a sign of life. Proxies and clients close a stream on which nothing comes for longer. */
export const keepAliveMs = 10_000;

export const eventStreamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** Whether a response is a stream of events. */
export function isEventStream({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') ?? false;
}

const encoder = new TextEncoder();
export const keepAlive: Uint8Array = encoder.encode(': keep-alive\n\n');

/** Writes a message as an event of a stream. With an id, a client can ask for what comes after it. */
export function toEvent(json: string, id?: string): Uint8Array {
  return encoder.encode(`${id === undefined ? '' : `id: ${id}\n`}event: message\ndata: ${json}\n\n`);
}

/** Writes the error that ends a stream. */
export function toErrorEvent(error: RpcError, id: MessageId): Uint8Array {
  return toEvent(JSON.stringify(toErrorMessage(error, id)));
}

/** Tells whether the client of a stream has left. */
export interface Departure {
  signal: AbortSignal;
  /** Tells everybody else that it has. */
  abort(): void;
}

/**
 * Makes a web stream of a body, for hosts that take nothing else. Some of these only abort the signal of the request when the
 * client hangs up, and do not cancel the stream.
 */
export function toWebStream(body: PushedBody, departure?: Departure): ReadableStream<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let isOver = false;
  let wake = () => {};
  const sink: Sink = {
    write(chunk) {
      chunks.push(chunk);
      wake();
      return false;
    },
    end() {
      isOver = true;
      wake();
    },
  };
  const leave = () => {
    body.leave();
    sink.end();
  };
  const { signal } = departure ?? {};
  return new ReadableStream<Uint8Array>(
    {
      start() {
        if (signal?.aborted) return sink.end();
        body.open(sink);
        signal?.addEventListener('abort', leave, { once: true });
      },
      async pull(controller) {
        if (chunks.length === 0 && !isOver) body.advance();
        if (chunks.length === 0 && !isOver)
          await within(keepAliveMs, new Promise<void>((resolve) => (wake = resolve)));
        const chunk = chunks.shift() ?? (isOver ? undefined : keepAlive);
        if (chunk) controller.enqueue(chunk);
        else controller.close();
      },
      cancel() {
        leave();
        departure?.abort();
      },
    },
    { highWaterMark: 0 },
  );
}

export interface StreamOptions {
  flow: Flow;
  /** Whether a stream may begin before there is an answer, because the client asked for progress. */
  isAwaited: boolean;
  /** Is called when the client has left before the end of the stream. */
  onLeave: () => void;
  /** Makes the reply for something that was thrown after a stream has begun. */
  toReply: (thrown: unknown) => Reply;
}

/**
 * Passes a reply on as fast as the client reads it. A stream on which nothing happens sends comments. If the reply itself
 * takes long and is awaited, a stream begins without it, and it becomes the event that ends the stream.
 */
export async function passOn(replying: Promise<Reply>, options: StreamOptions): Promise<Reply> {
  const reply = options.isAwaited ? await within(keepAliveMs, replying) : await replying;
  if (reply === undefined) {
    const late = replying.catch(options.toReply);
    return { status: 200, headers: eventStreamHeaders, body: toStream(late.then(toBody), options) };
  }
  const { body } = reply;
  if (body instanceof ReadableStream) {
    return { ...reply, body: toStream(Promise.resolve(body), options) };
  }
  options.flow.end();
  return reply;
}

/** Reads from the source only when the client reads, so that no more than one chunk waits here. */
function toStream(
  opening: Promise<ReadableStream<Uint8Array>>,
  { flow, onLeave }: StreamOptions,
): ReadableStream<Uint8Array> {
  const reading = opening.then((source) => source.getReader());
  let next: ReturnType<ReadableStreamDefaultReader<Uint8Array>['read']> | undefined;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        flow.advance();
        next ??= reading.then((reader) => reader.read());
        const chunk = await within(keepAliveMs, next);
        if (!chunk) return controller.enqueue(keepAlive);
        next = undefined;
        if (!chunk.done) return controller.enqueue(chunk.value);
        flow.end();
        controller.close();
      },
      async cancel(reason) {
        flow.end();
        onLeave();
        await (await reading).cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The one body of a reply as a stream of one event. */
function toBody({ body }: Reply): ReadableStream<Uint8Array> {
  if (body instanceof ReadableStream) return body;
  if (isPushed(body)) return toWebStream(body);
  return new ReadableStream({
    start(controller) {
      if (typeof body === 'string') controller.enqueue(toEvent(body));
      controller.close();
    },
  });
}

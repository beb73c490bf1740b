import { keepAlive, keepAliveMs } from '../protocol/event-stream.ts';
import type { PushedBody, Sink } from '../protocol/exchange.ts';
import { unref } from '../timer.ts';
import { isClosed } from './closed.ts';

/** A response whose head was sent. */
interface OpenResponse extends NodeJS.WritableStream {
  writableEnded: boolean;
  destroyed?: boolean;
  destroy?(): unknown;
  stream?: { destroyed: boolean };
}

/** Writes a body as it comes. Resolves when the client has left, or the body has ended. */
export function writePushed(res: OpenResponse, body: PushedBody): Promise<void> {
  const sink = new ResponseSink(res, body);
  enter(sink);
  // An app may have ended the response by itself, and it is an error then to write more.
  res.on('error', ignore);
  const left = new Promise<void>((resolve) => {
    res.once('close', () => {
      leave(sink);
      body.leave();
      resolve();
    });
  });
  body.open(sink);
  return left;
}

class ResponseSink implements Sink {
  readonly round: number;
  readonly #res: OpenResponse;
  readonly #body: PushedBody;
  #isBlocked = false;

  constructor(res: OpenResponse, body: PushedBody) {
    this.#res = res;
    this.#body = body;
    this.round = ++count % rounds;
  }

  write(chunk: Uint8Array): boolean {
    const res = this.#res;
    try {
      if (isClosed(res) || res.writableEnded || res.write(chunk)) return true;
    } catch {
      // Middleware may have replaced `write`. What it throws ends this stream, and not those of all others.
      this.#abandon();
      return true;
    }
    if (!this.#isBlocked) {
      this.#isBlocked = true;
      res.once('drain', () => {
        this.#isBlocked = false;
        this.#body.advance();
      });
    }
    return false;
  }

  keepAlive(): void {
    // A client that does not read is not alive.
    if (!this.#isBlocked) this.write(keepAlive);
  }

  end(): void {
    try {
      if (!this.#res.writableEnded) this.#res.end();
    } catch {
      this.#abandon();
    }
  }

  #abandon(): void {
    leave(this);
    this.#body.leave();
    this.#res.destroy?.();
  }
}

/** All streams of this process have one timer, in rounds so that not all of them are written to at once. */
const open = new Set<ResponseSink>();
const rounds = 10;
let count = 0;
let round = 0;
let timer: ReturnType<typeof setInterval> | undefined;

function enter(sink: ResponseSink): void {
  open.add(sink);
  if (timer !== undefined) return;
  timer = setInterval(tick, keepAliveMs / rounds);
  unref(timer);
}

function leave(sink: ResponseSink): void {
  open.delete(sink);
  if (open.size > 0) return;
  clearInterval(timer);
  timer = undefined;
}

function tick(): void {
  round = (round + 1) % rounds;
  for (const sink of open) if (sink.round === round) sink.keepAlive();
}

function ignore(): void {}

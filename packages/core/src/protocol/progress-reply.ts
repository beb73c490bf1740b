import type { Outcome } from '../call/outcome.ts';
import type { ProgressLine, ProgressParams } from '../call/progress.ts';
import { eventStreamHeaders, passOn, toEvent } from './event-stream.ts';
import type { Exchange, Reply } from './exchange.ts';
import { Flow } from './flow.ts';

/**
 * The reply to a call of the lane whose client wants to hear of its progress. It is a stream of events if there is any
 * progress before the answer, or the answer takes long, and otherwise the answer alone.
 */
export class ProgressReply implements ProgressLine {
  readonly token: string | number;
  readonly signal: AbortSignal;
  /** The reply as the client reads it. */
  readonly reply: Promise<Reply>;
  /** How the call ended, unless a stream has begun before. */
  outcome: Outcome | undefined;
  readonly #flow = new Flow();
  #begin!: (reply: Reply | Promise<Reply>) => void;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  readonly #toReply: (thrown: unknown) => Reply;

  /** `toReply` makes the answer to a call that has failed after its stream has begun. */
  constructor(exchange: Exchange, token: string | number, toReply: (thrown: unknown) => Reply) {
    this.token = token;
    this.signal = exchange.signal;
    this.#toReply = toReply;
    const flow = this.#flow;
    const replying = new Promise<Reply>((resolve) => (this.#begin = resolve));
    if (this.signal.aborted) flow.end();
    else this.signal.addEventListener('abort', () => flow.end(), { once: true });
    this.reply = passOn(replying, { flow, isAwaited: true, onLeave: () => exchange.abort(), toReply });
  }

  async notify(params: ProgressParams): Promise<void> {
    if (!this.#stream) {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => void (this.#stream = controller),
        cancel: () => void (this.#stream = closed),
      });
      this.#begin({ status: 200, headers: eventStreamHeaders, body });
    }
    this.#stream!.enqueue(
      toEvent(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/progress', params })),
    );
    await this.#flow.ready();
  }

  /** Sends the answer, after which there is nothing. */
  end(reply: Reply, outcome: Outcome | undefined): void {
    if (!this.#stream) this.outcome = outcome;
    if (!this.#stream) return this.#begin(reply);
    if (typeof reply.body === 'string') this.#stream.enqueue(toEvent(reply.body));
    this.#stream.close();
  }

  /** Ends a call that has failed in a way that only the handler can answer. */
  fail(thrown: unknown): void {
    if (this.#stream) this.end(this.#toReply(thrown), undefined);
    else this.#begin(Promise.reject(thrown));
  }
}

/** In place of a stream that nobody reads any more. */
const closed = { enqueue() {}, close() {} } as unknown as ReadableStreamDefaultController<Uint8Array>;

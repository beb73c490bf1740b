import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { eventStreamHeaders, toEvent } from './event-stream.ts';
import { errorReply, type Reply } from './exchange.ts';
import { errorCodes, type MessageId } from './json-rpc.ts';

export interface LegacyAnswerOptions {
  /** The id under which the client hears of a failure of the whole: that of its only request, or `null`. */
  errorId: MessageId;
  /** Whether messages may come before the answer. If not, they are dropped. */
  mayStream: boolean;
  headers: Record<string, string>;
  /** Is called once, when the client needs nothing more: all is answered or cancelled, or the client has left. */
  onEnd: () => void;
}

/**
 * What one POST of a client of 2025 is answered with. It is a stream only if something comes before the last answer.
 * Otherwise it is one JSON body, so that it can have an HTTP status of its own.
 */
export class LegacyAnswer {
  readonly reply: Promise<Reply>;
  readonly #options: LegacyAnswerOptions;
  /** The requests, in the order in which a body answers them. */
  #ids: readonly RequestId[] = [];
  readonly #open = new Set<RequestId>();
  readonly #responses = new Map<RequestId, JSONRPCMessage>();
  #resolve!: (reply: Reply) => void;
  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;
  #isOver = false;

  constructor(options: LegacyAnswerOptions) {
    this.#options = options;
    this.reply = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Waits for the answers of these requests. */
  open(ids: readonly RequestId[]): void {
    this.#ids = ids;
    for (const id of ids) this.#open.add(id);
    if (ids.length === 0) this.#finish();
  }

  /** Sends a message that comes before the answer. Returns whether anybody gets it. */
  add(message: JSONRPCMessage): boolean {
    if (this.#isOver || !this.#options.mayStream) return false;
    this.#begin();
    this.#write(message);
    return true;
  }

  /** Answers a request. Without a response it was cancelled, and gets no answer. */
  settle(id: RequestId, response: JSONRPCMessage | undefined): void {
    if (this.#isOver || !this.#open.delete(id)) return;
    if (response && this.#stream) this.#write(response);
    else if (response) this.#responses.set(id, response);
    if (this.#open.size === 0) this.#finish();
  }

  /** The client reads no more. Its calls go on, because in 2025 hanging up is no cancellation. */
  leave(): void {
    this.#end({ status: 499, headers: {}, body: undefined });
  }

  /** Ends what is not answered yet, because the server closes. */
  abandon(): void {
    const message = 'The server has ended this request before it was answered';
    const error = { code: errorCodes.internalError, message };
    this.#end(errorReply(503, error, this.#options.headers, this.#options.errorId));
  }

  #begin(): void {
    if (this.#stream) return;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#stream = controller),
      cancel: () => this.leave(),
    });
    for (const response of this.#responses.values()) this.#write(response);
    this.#resolve({ status: 200, headers: { ...eventStreamHeaders, ...this.#options.headers }, body });
  }

  #write(message: JSONRPCMessage): void {
    this.#stream!.enqueue(toEvent(JSON.stringify(message)));
  }

  #finish(): void {
    const { headers } = this.#options;
    const responses = this.#ids
      .map((id) => this.#responses.get(id))
      .filter((response) => response !== undefined);
    if (responses.length === 0) return this.#end({ status: 202, headers, body: undefined });
    const body = JSON.stringify(responses.length === 1 ? responses[0] : responses);
    this.#end({ status: 200, headers: { 'content-type': 'application/json', ...headers }, body });
  }

  /** Ends the answer, with this reply unless a stream has begun. */
  #end(reply: Reply): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#stream?.close();
    } catch {
      // The client has closed it.
    }
    this.#resolve(reply);
    this.#options.onEnd();
  }
}

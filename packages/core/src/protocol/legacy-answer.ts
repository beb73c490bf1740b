import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/server';
import { eventStreamHeaders } from './event-stream.ts';
import { errorReply, type Reply } from './exchange.ts';
import { errorCodes, type MessageId, toErrorMessage } from './json-rpc.ts';
import type { KeptStream } from './session/kept-stream.ts';

export interface LegacyAnswerOptions {
  /** The id under which the client hears of a failure of the whole: that of its only request, or `null`. */
  errorId: MessageId;
  /** Whether messages may come before the answer. If not, they are dropped. */
  mayStream: boolean;
  headers: Record<string, string>;
  /** Makes the stream. `ids` are those that the client gave its requests. */
  openStream: (ids: readonly RequestId[]) => KeptStream;
  /** After how many milliseconds a stream begins, even if nothing came. `undefined` for never. */
  beginAfterMs?: number | undefined;
  /** Is called once, when the client needs nothing more: all is answered or cancelled, or the client has left for good. */
  onEnd: () => void;
}

/**
 * What one POST of a client of 2025 is answered with. It is a stream only if something comes before the last answer.
 * Otherwise it is one JSON body, so that it can have an HTTP status of its own.
 */
export class LegacyAnswer {
  readonly reply: Promise<Reply>;
  readonly #options: LegacyAnswerOptions;
  /** The requests by the ids that the server knows, with those of the client, in the order in which a body answers them. */
  #ids: ReadonlyMap<RequestId, RequestId> = new Map();
  readonly #open = new Set<RequestId>();
  readonly #responses = new Map<RequestId, JSONRPCMessage>();
  #resolve!: (reply: Reply) => void;
  #stream: KeptStream | undefined;
  #close: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #since = Date.now();
  #isOver = false;
  #hasLeft = false;

  constructor(options: LegacyAnswerOptions) {
    this.#options = options;
    this.reply = new Promise((resolve) => (this.#resolve = resolve));
  }

  /** Waits for the answers of these requests. */
  open(ids: ReadonlyMap<RequestId, RequestId>): void {
    this.#ids = ids;
    for (const id of ids.keys()) this.#open.add(id);
    if (ids.size === 0) return this.#finish();
    const { beginAfterMs, mayStream } = this.#options;
    if (mayStream && beginAfterMs !== undefined) this.#timer = setTimeout(() => this.#begin(), beginAfterMs);
  }

  /** Whether anybody gets a message that comes before the answer. */
  get canAdd(): boolean {
    return !this.#isOver && this.#options.mayStream;
  }

  /** Sends a message that comes before the answer, if anybody gets it. */
  add(message: JSONRPCMessage): void {
    if (!this.canAdd) return;
    this.#begin();
    // A question waits for a client that comes back.
    this.#stream!.push(JSON.stringify(message), 'id' in message);
  }

  /** Answers a request. Without a response it was cancelled, and gets no answer. */
  settle(id: RequestId, response: JSONRPCMessage | undefined): void {
    if (this.#isOver || !this.#open.delete(id)) return;
    if (response && this.#stream) this.#stream.push(JSON.stringify(response), true);
    else if (response) this.#responses.set(id, response);
    if (this.#open.size === 0) this.#finish();
  }

  /** Closes the connection of a client that can come back for the rest. */
  disconnect(): void {
    if (!this.canAdd) return;
    this.#begin();
    this.#stream!.disconnect();
  }

  /** The client reads no more. Its calls go on, because in 2025 hanging up is no cancellation. */
  leave(): void {
    // Not that of a client which has come back.
    this.#close?.();
    // Who has the id of an event comes back for what follows it.
    if (!this.#stream?.canResume) this.#end({ status: 499, headers: {}, body: undefined });
  }

  /** Ends what is not answered yet, because the server closes. */
  abandon(): void {
    for (const id of this.#open)
      this.#stream?.push(JSON.stringify(toErrorMessage(serverClosed, this.#ids.get(id))), true);
    this.#end(abandoned(this.#options.headers, this.#options.errorId));
  }

  #begin(): void {
    if (this.#stream || this.#isOver) return;
    clearTimeout(this.#timer);
    const { openStream, headers } = this.#options;
    this.#stream = openStream([...this.#ids.values()]);
    for (const response of this.#responses.values()) this.#stream.push(JSON.stringify(response), true);
    const { body, close } = this.#stream.connect(
      0,
      () => {
        if (!this.#stream!.canResume) this.leave();
        this.#onGone();
      },
      this.#since,
    );
    this.#close = close;
    this.#resolve({ status: 200, headers: { ...eventStreamHeaders, ...headers }, body });
  }

  #finish(): void {
    const { headers } = this.#options;
    const responses = [...this.#ids.keys()]
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
    clearTimeout(this.#timer);
    this.#stream?.end();
    this.#resolve(reply);
    this.#onGone();
  }

  #onGone(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#options.onEnd();
  }
}

/** The reply to a request that is not answered, because the server closes. */
export function abandoned(headers: Record<string, string>, errorId: MessageId): Reply {
  return errorReply(503, serverClosed, headers, errorId);
}

const serverClosed = {
  code: errorCodes.internalError,
  message: 'The server has ended this request before it was answered',
};

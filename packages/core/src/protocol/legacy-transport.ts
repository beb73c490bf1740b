import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  isInitializeRequest,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type JSONRPCRequest,
  type RequestId,
  SdkError,
  SdkErrorCode,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import { toError } from '../thrown.ts';
import { keepAliveMs } from './event-stream.ts';
import { errorReply, type Reply } from './exchange.ts';
import { errorCodes, idOf, isResponse, toErrorMessage } from './json-rpc.ts';
import { abandoned, LegacyAnswer } from './legacy-answer.ts';
import type { LegacyMessages } from './legacy-message.ts';
import { createStreamId } from './session/event-id.ts';
import { KeptStream } from './session/kept-stream.ts';
import type { SessionLink } from './session/session-link.ts';

export interface LegacyTransportOptions {
  /** The session that it belongs to. `undefined` if the transport serves one POST alone. */
  session?: SessionLink;
  /** Is called when no request runs any more. */
  onIdle?: () => void;
}

/** The messages of one POST, and how they are answered. */
export interface Posted extends LegacyMessages {
  request: Request;
  /** Whether messages may come before the answer. */
  mayStream: boolean;
  /** Is called when nothing more will be sent to the client. */
  onEnd: () => void;
}

/** A call that the lane runs. */
export interface LaneCall {
  abort(reason: unknown): void;
  /** Answers the request. */
  answer(reply: Reply): void;
}

interface Running {
  /** The id that the client gave the request. */
  id: RequestId;
  /** Missing for a call of the lane before which nothing was sent. */
  answer: LegacyAnswer | undefined;
  method: string;
  /** Set for a call that the lane runs, and not the server. */
  call: LaneCall | undefined;
  /** Set for a call of the lane that the server goes on with. What its first round has kept ends with it. */
  first?: LaneCall | undefined;
}

/**
 * Carries the messages of clients before 2026, of one POST or of a session. Unlike the SDK's own transport, it ends the
 * answer of what is cancelled, and answers requests with the same id each on its own response.
 */
export class LegacyTransport implements Transport {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  sessionId?: string;
  /** By the ids that the server knows. They are those of the client, except while another request has the same one. */
  readonly #running = new Map<RequestId, Running>();
  readonly #onIdle: (() => void) | undefined;
  readonly #session: SessionLink | undefined;
  /** The headers of every answer. */
  readonly headers: Record<string, string>;
  #isInitialized = false;
  #isClosed = false;
  #count = 0;

  constructor({ session, onIdle }: LegacyTransportOptions) {
    if (session) this.sessionId = session.id;
    this.#session = session;
    this.headers = session ? { 'mcp-session-id': session.id } : {};
    this.#onIdle = onIdle;
  }

  async start(): Promise<void> {}

  /** Tells that the client has initialized the session elsewhere. */
  setInitialized(): void {
    this.#isInitialized = true;
  }

  /** Delivers messages. Resolves with the answer to them, or with the stream on which it will come. */
  async post({ messages, isBatch, wrong, request, mayStream, onEnd }: Posted): Promise<Reply> {
    const errorId = isBatch ? null : idOf(messages[0]);
    // Nobody would answer.
    if (this.#isClosed) {
      onEnd();
      return abandoned(this.headers, errorId);
    }
    if (isInitializeRequest(messages[0])) {
      if (this.#isInitialized) {
        onEnd();
        const message = 'Invalid Request: Server already initialized';
        return errorReply(400, { code: errorCodes.invalidRequest, message }, {}, idOf(messages[0]));
      }
      this.#isInitialized = true;
    }
    // The messages of a batch have no order, so a request may be cancelled by what comes before it.
    const cancelled = new Set(isBatch ? messages.filter(isCancellation).map(cancelledBy) : []);
    const ids = new Map<JSONRPCMessage, RequestId>();
    const session = this.#session?.canResume ? this.#session : undefined;
    const answer = new LegacyAnswer({
      errorId,
      mayStream,
      headers: this.headers,
      openStream: (given) => session?.openStream(given) ?? createPassingStream(),
      beginAfterMs: session && beginAfterMs(session, messages),
      onEnd,
    });
    for (const message of messages) {
      if (!isJSONRPCRequest(message) || cancelled.has(message.id)) continue;
      const id = this.#toOwnId(message.id);
      this.#running.set(id, { id: message.id, answer, method: message.method, call: undefined });
      ids.set(message, id);
    }
    answer.open(new Map(Array.from(ids.values(), (id) => [id, this.#running.get(id)!.id])));
    if (request.signal.aborted) answer.leave();
    else request.signal.addEventListener('abort', () => answer.leave(), { once: true });
    const elsewhere: JSONRPCMessage[] = [];
    for (const message of messages) {
      const id = ids.get(message);
      const error = wrong.get(message);
      if (error) {
        if (id !== undefined)
          this.#settle(id, toErrorMessage(error, this.#running.get(id)!.id) as JSONRPCMessage);
      } else if (id !== undefined) this.#deliver({ ...message, id }, request, answer);
      else if (!isJSONRPCRequest(message) && !this.receive(message)) elsewhere.push(message);
    }
    if (this.#running.size === 0) this.#onIdle?.();
    else this.#watch();
    // What a call waits for that runs in another process.
    const isPassedOn = elsewhere.length === 0 || (await this.#session?.passOn(elsewhere)) !== false;
    if (isPassedOn || ids.size > 0) return answer.reply;
    const message = 'The call that this is for cannot be reached at the moment; try again later';
    return errorReply(503, { code: errorCodes.internalError, message }, this.headers);
  }

  /** Delivers a notification or a response. Returns whether it was for a call that runs here. */
  receive(message: JSONRPCMessage): boolean {
    if (isCancellation(message)) return this.#cancel(message);
    const own = isResponse(message) && this.#session ? this.#session.toOwnResponse(message) : message;
    if (own) this.#deliver(own);
    return own !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Counts a call of the lane in. Returns the id by which it is known here. */
  begin(id: RequestId, method: string, call: LaneCall): RequestId {
    const own = this.#toOwnId(id);
    this.#running.set(own, { id, answer: undefined, method, call });
    this.#watch();
    return own;
  }

  /** Opens an answer for a call of the lane. Returns `undefined` if the call has ended. */
  openAnswer(own: RequestId, mayStream: boolean, onEnd: () => void): LegacyAnswer | undefined {
    const running = this.#running.get(own);
    if (!running) return undefined;
    const session = this.#session?.canResume ? this.#session : undefined;
    const answer = (running.answer = new LegacyAnswer({
      errorId: running.id,
      mayStream,
      headers: this.headers,
      openStream: (given) => session?.openStream(given) ?? createPassingStream(),
      onEnd,
    }));
    answer.open(new Map([[own, running.id]]));
    return answer;
  }

  /** Passes a call of the lane that has an answer on to the server, under the id by which it is known here. */
  handOver(own: RequestId, message: JSONRPCRequest, request: Request): void {
    const running = this.#running.get(own);
    if (!running) return;
    running.first = running.call;
    running.call = undefined;
    this.#deliver({ ...message, id: own }, request, running.answer);
  }

  /** Sends the response of a call of the lane that has an answer. */
  settleCall(own: RequestId, response: JSONRPCMessage): void {
    this.#settle(own, response);
  }

  /** Whether the client still waits for a call of the lane. */
  isRunning(own: RequestId): boolean {
    return this.#running.has(own);
  }

  /** Counts a call of the lane out that has no answer. Returns whether its client still waits for one. */
  release(own: RequestId): boolean {
    if (!this.#running.delete(own)) return false;
    if (this.#running.size === 0) this.#onIdle?.();
    return true;
  }

  #watch(): void {
    this.#session?.watch(
      () => Array.from(this.#running.values(), ({ id }) => id),
      (message) => this.receive(message),
    );
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const answers = 'id' in message && !('method' in message);
    const id = answers ? message.id : options?.relatedRequestId;
    if (id === undefined) {
      this.#session?.pushChange(JSON.stringify(message));
      return;
    }
    const running = this.#running.get(id);
    if (answers && running) {
      await this.#session?.beforeAnswer(running.method);
      this.#settle(id, { ...message, id: running.id });
      return;
    }
    if (!running?.answer?.canAdd && isJSONRPCRequest(message)) {
      throw new Error('the client does not listen any more, so it cannot be asked');
    }
    // Also of what nobody gets: a question that is cancelled is forgotten.
    const sent = this.#session?.toSharedRequest(message) ?? message;
    running?.answer?.add(sent);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const ended = [...this.#running.values()];
    this.#running.clear();
    for (const { id, answer, call, first } of ended) {
      (call ?? first)?.abort(new SdkError(SdkErrorCode.ConnectionClosed, 'Connection closed'));
      if (answer) answer.abandon();
      else call?.answer(abandoned(this.headers, id));
    }
    this.#session?.closeStreams();
    this.onclose?.();
  }

  /** A message that the server cannot read, such as one that is nested too deeply, keeps no other one from being served. */
  #deliver(message: JSONRPCMessage, request?: Request, answer?: LegacyAnswer): void {
    try {
      this.onmessage?.(message, { ...(request && { request }), ...(answer && this.toClosing(answer)) });
    } catch (thrown) {
      this.onerror?.(toError(thrown));
      if (!isJSONRPCRequest(message)) return;
      const error = {
        code: errorCodes.invalidRequest,
        message: 'Invalid Request: the message cannot be read',
      };
      const { id } = this.#running.get(message.id)!;
      this.#settle(message.id, toErrorMessage(error, id) as JSONRPCMessage);
    }
  }

  /** What the SDK's context offers to a procedure whose client can come back, as `http.closeSSE`. */
  toClosing(
    answer: LegacyAnswer,
  ): { closeSSEStream: () => void; closeStandaloneSSEStream: () => void } | undefined {
    const session = this.#session;
    if (!session?.canPoll) return undefined;
    return {
      closeSSEStream: () => answer.disconnect(),
      closeStandaloneSSEStream: () => session.disconnectListener(),
    };
  }

  /** The server aborts what is cancelled, and sends no response. */
  #cancel(message: JSONRPCNotification): boolean {
    const cancelled = cancelledBy(message);
    const found = [...this.#running].filter(([, { id }]) => id === cancelled);
    for (const [requestId, { call, first }] of found) {
      (call ?? first)?.abort(message.params?.['reason']);
      if (!call) this.#deliver({ ...message, params: { ...message.params, requestId } });
      this.#settle(requestId, undefined);
    }
    return found.length > 0;
  }

  #settle(id: RequestId, response: JSONRPCMessage | undefined): void {
    const running = this.#running.get(id);
    // It was cancelled, or the session has ended, while its facts were kept.
    if (!running) return;
    this.#running.delete(id);
    if (running.answer) running.answer.settle(id, response);
    // A call of the lane sends its response itself, so that this one was cancelled.
    else running.call?.answer({ status: 202, headers: this.headers, body: undefined });
    if (this.#running.size === 0) this.#onIdle?.();
  }

  #toOwnId(id: RequestId): RequestId {
    let own = id;
    while (this.#running.has(own)) own = `${id}#${++this.#count}`;
    return own;
  }
}

/** A stream that ends with its connection. */
function createPassingStream(): KeptStream {
  return new KeptStream({ id: createStreamId('call'), room: undefined });
}

/** A client that wants to hear of progress gets a stream before proxies lose their patience. */
function beginAfterMs(
  { connectionMs }: SessionLink,
  messages: readonly JSONRPCMessage[],
): number | undefined {
  const isAwaited = messages.some(
    (message) => isJSONRPCRequest(message) && message.params?._meta?.progressToken !== undefined,
  );
  return isAwaited ? Math.min(keepAliveMs, connectionMs ?? keepAliveMs) : connectionMs;
}

function isCancellation(message: JSONRPCMessage): message is JSONRPCNotification {
  return isJSONRPCNotification(message) && message.method === 'notifications/cancelled';
}

function cancelledBy({ params }: JSONRPCNotification): RequestId | undefined {
  return params?.['requestId'] as RequestId | undefined;
}

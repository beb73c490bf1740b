import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  isInitializeRequest,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type RequestId,
  type Transport,
  type TransportSendOptions,
} from '@modelcontextprotocol/server';
import { toError } from '../thrown.ts';
import { errorReply, type Reply } from './exchange.ts';
import { errorCodes, idOf, toErrorMessage } from './json-rpc.ts';
import { LegacyAnswer } from './legacy-answer.ts';
import { LegacyListener } from './legacy-listener.ts';
import type { LegacyMessages } from './legacy-message.ts';

export interface LegacyTransportOptions {
  /** `undefined` if the transport serves one POST alone. */
  sessionId?: string;
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

interface Running {
  /** The id that the client gave the request. */
  id: RequestId;
  answer: LegacyAnswer;
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
  readonly #headers: Record<string, string>;
  #listener: LegacyListener | undefined;
  #isInitialized = false;
  #isClosed = false;
  #count = 0;

  constructor({ sessionId, onIdle }: LegacyTransportOptions) {
    if (sessionId !== undefined) this.sessionId = sessionId;
    this.#headers = sessionId === undefined ? {} : { 'mcp-session-id': sessionId };
    this.#onIdle = onIdle;
  }

  async start(): Promise<void> {}

  /** Delivers messages. Resolves with the answer to them, or with the stream on which it will come. */
  async post({ messages, isBatch, wrong, request, mayStream, onEnd }: Posted): Promise<Reply> {
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
    const answer = new LegacyAnswer({
      errorId: isBatch ? null : idOf(messages[0]),
      mayStream,
      headers: this.#headers,
      onEnd,
    });
    for (const message of messages) {
      if (!isJSONRPCRequest(message) || cancelled.has(message.id)) continue;
      const id = this.#toOwnId(message.id);
      this.#running.set(id, { id: message.id, answer });
      ids.set(message, id);
    }
    answer.open([...ids.values()]);
    if (request.signal.aborted) answer.leave();
    else request.signal.addEventListener('abort', () => answer.leave(), { once: true });
    for (const message of messages) {
      const id = ids.get(message);
      const error = wrong.get(message);
      if (error) {
        if (id !== undefined)
          this.#settle(id, toErrorMessage(error, this.#running.get(id)!.id) as JSONRPCMessage);
      } else if (id !== undefined) this.#deliver({ ...message, id }, request);
      else if (isCancellation(message)) this.#cancel(message, request);
      else if (!isJSONRPCRequest(message)) this.#deliver(message, request);
    }
    if (this.#running.size === 0) this.#onIdle?.();
    return answer.reply;
  }

  /** Opens the stream on which the client hears of changes. */
  listen(onEnd: () => void): Reply {
    if (this.#listener) {
      onEnd();
      const message = 'Conflict: Only one SSE stream is allowed per session';
      return errorReply(409, { code: errorCodes.invalidRequest, message });
    }
    this.#listener = new LegacyListener(this.#headers, () => {
      this.#listener = undefined;
      onEnd();
    });
    return this.#listener.reply;
  }

  async send(message: JSONRPCMessage, options?: TransportSendOptions): Promise<void> {
    const isResponse = 'id' in message && !('method' in message);
    const id = isResponse ? message.id : options?.relatedRequestId;
    if (id === undefined) {
      this.#listener?.push(JSON.stringify(message));
      return;
    }
    const running = this.#running.get(id);
    if (isResponse && running) {
      this.#settle(id, { ...message, id: running.id });
    } else if (!running?.answer.add(message) && isJSONRPCRequest(message)) {
      throw new Error('the client does not listen any more, so it cannot be asked');
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const { answer } of this.#running.values()) answer.abandon();
    this.#running.clear();
    this.#listener?.close();
    this.onclose?.();
  }

  /** A message that the server cannot read, such as one that is nested too deeply, keeps no other one from being served. */
  #deliver(message: JSONRPCMessage, request: Request): void {
    try {
      this.onmessage?.(message, { request });
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

  /** The server aborts what is cancelled, and sends no response. */
  #cancel(message: JSONRPCNotification, request: Request): void {
    const cancelled = cancelledBy(message);
    for (const [requestId, { id }] of this.#running) {
      if (id !== cancelled) continue;
      this.#deliver({ ...message, params: { ...message.params, requestId } }, request);
      this.#settle(requestId, undefined);
    }
  }

  #settle(id: RequestId, response: JSONRPCMessage | undefined): void {
    const { answer } = this.#running.get(id)!;
    this.#running.delete(id);
    answer.settle(id, response);
    if (this.#running.size === 0) this.#onIdle?.();
  }

  #toOwnId(id: RequestId): RequestId {
    let own = id;
    while (this.#running.has(own)) own = `${id}#${++this.#count}`;
    return own;
  }
}

function isCancellation(message: JSONRPCMessage): message is JSONRPCNotification {
  return isJSONRPCNotification(message) && message.method === 'notifications/cancelled';
}

function cancelledBy({ params }: JSONRPCNotification): RequestId | undefined {
  return params?.['requestId'] as RequestId | undefined;
}

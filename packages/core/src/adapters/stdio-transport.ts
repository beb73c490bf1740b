import {
  isJSONRPCErrorResponse,
  isJSONRPCNotification,
  isJSONRPCRequest,
  isJSONRPCResultResponse,
  type JSONRPCMessage,
  type JSONRPCRequest,
  parseJSONRPCMessage,
  type RequestId,
  type Transport,
} from '@modelcontextprotocol/server';
import type { Readable } from 'node:stream';
import { errorCodes, idOf, type MessageId, toErrorMessage } from '../protocol/json-rpc.ts';
import { checkMessage } from '../protocol/params.ts';
import { LineReader } from './line.ts';
import type { StdioListening } from './stdio-listening.ts';

export interface StdioTransportOptions {
  input: Readable;
  /** Rejects when the client does not read any more. */
  write: (text: string) => Promise<void>;
  /** The most bytes that one message may have. */
  maxBytes: number;
  /** Nothing is read before this resolves. The function answers requests that the server must not see. */
  opened: Promise<(request: JSONRPCRequest) => JSONRPCMessage | undefined>;
  listening: StdioListening;
  /** Is called when the client has hung up, or does not read any more. */
  onEnd: () => void;
}

/** MCP over lines of JSON. Unlike the SDK's own transport, it answers lines that it cannot read, and goes on. */
export class StdioTransport implements Transport {
  onclose?: Transport['onclose'];
  onerror?: Transport['onerror'];
  onmessage?: Transport['onmessage'];
  readonly #options: StdioTransportOptions;
  readonly #lines: LineReader;
  /** The requests without an answer so far. */
  readonly #underWay = new Set<RequestId>();
  /** The requests to listen that are not decided about yet. */
  readonly #listening = new Set<RequestId>();
  #answer: (request: JSONRPCRequest) => JSONRPCMessage | undefined = () => undefined;
  #onIdle: () => void = () => undefined;
  #isClosed = false;

  constructor(options: StdioTransportOptions) {
    this.#options = options;
    this.#lines = new LineReader(options.maxBytes, {
      line: (text) => {
        try {
          this.#receive(text);
        } catch {
          // What reads it calls itself for every level.
          this.#refuse(errorCodes.invalidRequest, 'the message is nested too deeply');
        }
      },
      tooLong: () => {
        const message = `the message is larger than ${options.maxBytes} bytes; send less, or raise the option maxBodyBytes`;
        this.#refuse(errorCodes.invalidRequest, message);
      },
    });
  }

  async start(): Promise<void> {
    this.#answer = await this.#options.opened;
    if (this.#isClosed) return;
    const { input } = this.#options;
    input.on('data', this.#onData);
    input.once('end', this.#onEnd);
    input.once('close', this.#onEnd);
    input.once('error', this.#onEnd);
    // An input that has ended already emits no event.
    if (input.destroyed || input.readableEnded) this.#onEnd();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    if (!isJSONRPCNotification(message)) return this.#write(message);
    const delivery = await this.#options.listening.hear(message);
    if (delivery.kind === 'sent') await this.#write(message);
    if (delivery.kind !== 'ends') return;
    await this.#write(delivery.message);
    this.onmessage?.(toCancellation(delivery.id));
  }

  async #write(message: JSONRPCMessage): Promise<void> {
    try {
      await this.#options.write(`${JSON.stringify(message)}\n`);
    } catch {
      this.#options.onEnd();
    }
    if (isJSONRPCResultResponse(message) || isJSONRPCErrorResponse(message)) this.#settle(message.id);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { input } = this.#options;
    input.off('data', this.#onData);
    input.pause();
    this.onclose?.();
  }

  /** Refuses new requests. Resolves when those under way are answered, or when the time is over. */
  async drain(limitMs: number): Promise<void> {
    this.#answer = toShutdownError;
    if (this.#underWay.size === 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const idle = new Promise<void>((resolve) => (this.#onIdle = resolve));
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, limitMs)));
    await Promise.race([idle, late]);
    clearTimeout(timer);
  }

  /** Answers the requests that the server did not answer before it was closed. */
  async abandon(): Promise<void> {
    const left = [...this.#underWay];
    await Promise.all(left.map((id) => this.send(toShutdownError({ id }))));
  }

  readonly #onData = (chunk: Buffer): void => this.#lines.write(chunk);

  readonly #onEnd = (): void => {
    if (this.#isClosed) return;
    this.#lines.end();
    this.#options.onEnd();
  };

  #receive(text: string): void {
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      this.#refuse(errorCodes.parseError, 'the line is not valid JSON; send each message on one line');
      return;
    }
    const wrong = checkMessage(value);
    if (wrong) {
      this.#refuse(wrong.code, wrong.message, idOf(value));
      return;
    }
    const message = toMessage(value);
    if (message) this.#deliver(message);
    else if (Array.isArray(value)) {
      this.#refuse(
        errorCodes.invalidRequest,
        'send each message on a line of its own; batches are not taken',
      );
    } else if (!isResponse(value)) {
      this.#refuse(errorCodes.invalidRequest, 'the line is not a JSON-RPC message', idOf(value));
    }
  }

  #deliver(message: JSONRPCMessage): void {
    if (isJSONRPCRequest(message)) {
      const answer = this.#answer(message);
      if (answer) return void this.send(answer);
      // A subscription stays open for as long as the client listens, so `drain` does not wait for it.
      if (message.method === 'subscriptions/listen') return void this.#listen(message);
      this.#underWay.add(message.id);
    } else if (isJSONRPCNotification(message) && message.method === 'notifications/cancelled') {
      // A request that is cancelled gets no answer.
      const id = message.params?.['requestId'] as RequestId;
      this.#settle(id);
      this.#options.listening.end(id);
      // The SDK does not know of it yet.
      if (this.#listening.delete(id)) return;
    }
    this.onmessage?.(message);
  }

  async #listen(request: JSONRPCRequest): Promise<void> {
    const { id } = request;
    this.#listening.add(id);
    const { kind, message } = await this.#options.listening.admit(request);
    // The client may have cancelled it meanwhile.
    if (!this.#listening.delete(id)) this.#options.listening.end(id);
    else if (kind === 'refused') await this.send(message);
    else this.onmessage?.(message);
  }

  #settle(id: RequestId | undefined): void {
    if (id !== undefined && this.#underWay.delete(id) && this.#underWay.size === 0) this.#onIdle();
  }

  #refuse(code: number, message: string, id: MessageId = null): void {
    // Cast: JSON-RPC wants `null` for an id that could not be read, and the SDK's type does not have it.
    void this.send(toErrorMessage({ code, message }, id) as JSONRPCMessage);
  }
}

function toMessage(value: unknown): JSONRPCMessage | undefined {
  try {
    return parseJSONRPCMessage(value);
  } catch {
    return undefined;
  }
}

/** Whether this is a response. It gets no answer even when it is malformed, or two servers could answer each other for ever. */
function isResponse(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('result' in value || 'error' in value);
}

function toCancellation(requestId: RequestId): JSONRPCMessage {
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId } };
}

function toShutdownError({ id }: { id: RequestId }): JSONRPCMessage {
  const error = { code: errorCodes.internalError, message: 'This MCP server is shutting down' };
  return toErrorMessage(error, id) as JSONRPCMessage;
}

import {
  isJSONRPCNotification,
  isJSONRPCRequest,
  type JSONRPCMessage,
  type JSONRPCNotification,
  type RequestId,
} from '@modelcontextprotocol/server';
import { digest } from '../../call/digest.ts';
import { toJsonText } from '../../call/json-text.ts';
import { errorCodes, isResponse, toErrorMessage } from '../json-rpc.ts';
import type { EventPlace } from './event-id.ts';
import { followCopy, type FollowOptions } from './follow.ts';
import { mostCharacters } from './kept-events.ts';
import type { StreamCopy } from './kept-stream.ts';
import type { Share } from './share.ts';
import { createStreamCopy } from './stream-copy.ts';

/** How often messages are looked for. */
const watchMs = 500;

/** How long a message waits for the process that runs its call. */
const messageMs = 60_000;

/** One session as other processes know it: its streams, and the messages for its calls. */
export class SharedSession {
  /** Begins all its keys in the store. */
  readonly key: string;
  readonly #share: Share;
  readonly #owner: string | undefined;
  readonly #followed = new Map<string, () => void>();
  /** The questions that are not answered. */
  readonly #asked = new Set<string>();
  #isWatching = false;
  #isClosed = false;

  /** `owner` stands for the caller whose session it is. */
  constructor(share: Share, key: string, owner: string | undefined) {
    this.#share = share;
    this.key = key;
    this.#owner = owner;
  }

  openCopy(stream: string, ids: readonly RequestId[]): StreamCopy {
    return createStreamCopy(this.#share, `${this.key}:${stream}`, ids, this.#owner);
  }

  /** Opens a connection to a stream of another process. `undefined` if there is no such place, `over` if it is the last. */
  async follow(
    place: EventPlace,
    { onEnd, ...options }: FollowOptions,
  ): Promise<ReadableStream<Uint8Array> | 'over' | undefined> {
    const { stream } = place;
    const forget = () => {
      if (typeof followed === 'object' && this.#followed.get(stream) === followed.close)
        this.#followed.delete(stream);
      onEnd();
    };
    const at = `${this.key}:${stream}`;
    const followed = await followCopy(this.#share, at, place, { ...options, onEnd: forget });
    if (typeof followed !== 'object') return followed;
    // The session has ended meanwhile.
    if (this.#isClosed) {
      followed.close();
      return followed.body;
    }
    this.unfollow(stream);
    this.#followed.set(stream, followed.close);
    this.take(stream);
    return followed.body;
  }

  unfollow(stream: string): void {
    this.#followed.get(stream)?.();
  }

  /** Tells the other processes that the client has a stream from here. */
  take(stream: string): void {
    this.#share.tell(this.key, { type: 'taken', stream });
  }

  toSharedRequest(message: JSONRPCMessage): JSONRPCMessage {
    const { node } = this.#share;
    if (isJSONRPCRequest(message)) {
      const id = `${node}:${message.id}`;
      this.#asked.add(id);
      return { ...message, id };
    }
    if (!isJSONRPCNotification(message) || message.method !== 'notifications/cancelled') return message;
    const requestId = `${node}:${String(message.params?.['requestId'])}`;
    // Nobody waits for the answer any more.
    this.#asked.delete(requestId);
    return { ...message, params: { ...message.params, requestId } };
  }

  toOwnResponse(message: JSONRPCMessage): JSONRPCMessage | undefined {
    const [, node, id] = asked.exec(idOfResponse(message)) ?? [];
    if (node !== this.#share.node) return undefined;
    this.#asked.delete(idOfResponse(message));
    return { ...message, id: Number(id) };
  }

  async passOn(messages: readonly JSONRPCMessage[]): Promise<boolean> {
    try {
      for (const message of messages.map(toPassed)) {
        if (!message) continue;
        const at = await this.#keyOf(message);
        await this.#share.write(at, message, this.#owner, messageMs);
        this.#share.tell(this.key, { type: 'message', at });
      }
      return true;
    } catch {
      return false;
    }
  }

  /** Reads a message that another process has passed on. */
  async readMessage(at: string): Promise<JSONRPCMessage | undefined> {
    if (!at.startsWith(`${this.key}:message:`)) return undefined;
    const sealed = await this.#share.read(at);
    return sealed === undefined ? undefined : this.#share.open<JSONRPCMessage>(sealed, at);
  }

  /** Looks for messages while requests run here, if no bus brings them. `running` are the ids of the client. */
  watch(running: () => readonly RequestId[], receive: (message: JSONRPCMessage) => void): void {
    if (this.#share.hasBus || this.#isWatching) return;
    this.#isWatching = true;
    const look = async () => {
      for (;;) {
        await this.#share.pause(watchMs);
        const ids = running();
        if (ids.length === 0 || this.#share.isClosed) break;
        const keys = await Promise.all(
          [...ids.map((id) => toCancellation(id)), ...[...this.#asked].map(toAnswer)].map(this.#keyOf),
        );
        for (const at of keys) {
          const message = await this.readMessage(at).catch(() => undefined);
          if (!message) continue;
          await this.#share.delete(at).catch(() => {});
          receive(message);
        }
      }
      this.#isWatching = false;
    };
    void look();
  }

  /** The key of a message names what it is for, so that it can be looked for. */
  readonly #keyOf = async (message: JSONRPCMessage): Promise<string> => {
    const about = isResponse(message)
      ? ['answer', idOfResponse(message)]
      : ['cancelled', (message as JSONRPCNotification).params?.['requestId']];
    return `${this.key}:message:${(await digest(about)).slice(0, 40)}`;
  };

  close(): void {
    this.#isClosed = true;
    this.#asked.clear();
    for (const close of this.#followed.values()) close();
  }
}

/** How many characters of the id and of the reason of a cancellation are passed on. */
const mostOfCancellation = 1000;

/**
 * What is kept of a message until the process gets it that it may be for: no more than a call needs, because whether there is
 * such a call is not known here. `undefined` if there can be none.
 */
function toPassed(message: JSONRPCMessage): JSONRPCMessage | undefined {
  if (!isResponse(message)) {
    const { requestId, reason } = (message as JSONRPCNotification).params ?? {};
    const isId = typeof requestId === 'number' || typeof requestId === 'string';
    // A request with a longer id can be cancelled only where it runs.
    if (!isId || String(requestId).length > mostOfCancellation) return undefined;
    return toCancellation(
      requestId,
      typeof reason === 'string' ? reason.slice(0, mostOfCancellation) : undefined,
    );
  }
  const id = idOfResponse(message);
  if (!asked.test(id)) return undefined;
  if (toJsonText(message).length <= mostCharacters) return message;
  const error = { code: errorCodes.invalidRequest, message: 'The answer was too large to be passed on' };
  return toErrorMessage(error, id) as JSONRPCMessage;
}

function idOfResponse(message: JSONRPCMessage): string {
  return String((message as { id?: unknown }).id);
}

function toCancellation(requestId: RequestId, reason?: string): JSONRPCMessage {
  const params = { requestId, ...(reason !== undefined && { reason }) };
  return { jsonrpc: '2.0', method: 'notifications/cancelled', params };
}

function toAnswer(id: string): JSONRPCMessage {
  return { jsonrpc: '2.0', id, result: {} };
}

/** The id of a question: the process that has asked, and its own id there. */
const asked = /^([\da-f]{16}):(\d{1,15})$/;

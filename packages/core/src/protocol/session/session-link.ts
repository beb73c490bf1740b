import type { JSONRPCMessage, RequestId, Server } from '@modelcontextprotocol/server';
import { eventStreamHeaders } from '../event-stream.ts';
import { errorReply, type Reply } from '../exchange.ts';
import { errorCodes } from '../json-rpc.ts';
import { createStreamId, type EventPlace, kindOf } from './event-id.ts';
import type { FactKeeper } from './fact-keeper.ts';
import { KeptStream } from './kept-stream.ts';
import type { Room } from './room.ts';
import type { SharedSession } from './shared-session.ts';

/** How the streams of all sessions are kept. */
export interface StreamSettings {
  room: Room;
  retryMs: number;
  connectionMs: number | undefined;
}

/** What a session is to the processes that serve it. */
export interface SharedParts {
  session: SharedSession;
  keeper: FactKeeper;
}

/** How a client that came back goes on. Without a reply, nothing is known here of what it asks for. */
export interface Resumed {
  reply: Reply | undefined;
  /** Whether it may have missed changes that are not kept. */
  hasGap: boolean;
}

/** From this revision on, clients can read an event without data. */
const pollingRevision = '2025-11-25';

/** The methods that change the facts of a session. */
const changing = new Set(['initialize', 'logging/setLevel', 'resources/subscribe', 'resources/unsubscribe']);

/** How many streams of calls that are over are kept for one session. */
const mostEnded = 100;

/** The streams of one session, and its way to the processes that serve it too. */
export class SessionLink {
  readonly id: string;
  /** `undefined` if the session is known to this process alone. */
  shared: SharedParts | undefined = undefined;
  readonly #settings: StreamSettings;
  readonly #server: Server;
  /** Made with the first one: most sessions have none. */
  #streams: Map<string, KeptStream> | undefined = undefined;
  #listener: KeptStream | undefined = undefined;

  constructor(id: string, settings: StreamSettings, server: Server) {
    this.id = id;
    this.#settings = settings;
    this.#server = server;
  }

  /** Whether clients can come back for the rest of a stream. */
  get canResume(): boolean {
    return this.#settings.room.max > 0;
  }

  /** Whether a connection may be closed before its stream is over. */
  get canPoll(): boolean {
    return this.canResume && (this.#server.getNegotiatedProtocolVersion() ?? '') >= pollingRevision;
  }

  get connectionMs(): number | undefined {
    return this.canPoll ? this.#settings.connectionMs : undefined;
  }

  /** Opens the stream on which requests with these ids are answered. */
  openStream(ids: readonly RequestId[]): KeptStream {
    const streams = (this.#streams ??= new Map());
    const ended = [...streams.values()].filter(({ endedAt }) => endedAt !== undefined);
    for (const stream of ended.slice(0, Math.max(0, ended.length - mostEnded + 1))) this.#forget(stream);
    const id = createStreamId('call');
    const stream = new KeptStream({
      ...this.#toStreamOptions(id),
      copy: this.shared?.session.openCopy(id, ids),
    });
    streams.set(id, stream);
    return stream;
  }

  /** Opens the stream on which the client hears of changes. */
  listen(onEnd: () => void): Reply {
    if (this.#listener?.isConnected) {
      onEnd();
      const message = 'Conflict: Only one SSE stream is allowed per session';
      return errorReply(409, { code: errorCodes.invalidRequest, message });
    }
    return this.#listenAnew(onEnd);
  }

  /** Goes on with a stream. `onEnd` is called when the client reads no more, unless there is no reply. */
  resume({ stream: id, number }: EventPlace, onEnd: () => void): Resumed {
    if (kindOf(id) === 'changes') {
      const listener = this.#listener;
      if (listener?.id !== id || !listener.knows(number))
        return { reply: this.#listenAnew(onEnd), hasGap: true };
      return { reply: this.#connect(listener, number, onEnd), hasGap: listener.hasLost(number) };
    }
    const stream = this.#streams?.get(id);
    if (!stream?.knows(number) || stream.hasLost(number)) return { reply: undefined, hasGap: false };
    if (stream.isOver(number)) {
      onEnd();
      return { reply: this.#over, hasGap: false };
    }
    this.shared?.session.take(id);
    return { reply: this.#connect(stream, number, onEnd), hasGap: false };
  }

  /** Goes on with a stream of a call that runs in another process. Returns `undefined` if there is none. */
  async follow(place: EventPlace, onEnd: () => void): Promise<Reply | undefined> {
    const { retryMs, connectionMs } = this.#toStreamOptions(place.stream);
    const body = await this.shared?.session.follow(place, { retryMs, connectionMs, onEnd });
    if (body !== 'over') return body && { status: 200, headers: this.#headers, body };
    onEnd();
    return this.#over;
  }

  pushChange(json: string): void {
    this.#listener?.push(json, false);
  }

  disconnectListener(): void {
    this.#listener?.disconnect();
  }

  /** The client has this stream from another process now. */
  release(stream: string): void {
    this.shared?.session.unfollow(stream);
    if (kindOf(stream) === 'call') this.#streams?.get(stream)?.drop();
    else this.#leaveListener();
  }

  /** Forgets the streams of calls that were over before this time, and the clients that were sent away before it. */
  sweep(time: number): void {
    for (const stream of this.#streams?.values() ?? []) {
      if (stream.endedAt !== undefined && stream.endedAt < time) this.#forget(stream);
      else stream.sweep(time);
    }
  }

  closeStreams(): void {
    this.#listener?.retire();
    this.#listener = undefined;
    for (const stream of this.#streams?.values() ?? []) stream.retire();
    this.#streams = undefined;
    this.shared?.session.close();
  }

  /** Keeps what a request has changed, before it is answered. */
  beforeAnswer(method: string): Promise<void> | undefined {
    return changing.has(method) ? this.shared?.keeper.save() : undefined;
  }

  /** Writes the id of a question so that its answer finds the process that has asked. */
  toSharedRequest(message: JSONRPCMessage): JSONRPCMessage {
    return this.shared?.session.toSharedRequest(message) ?? message;
  }

  /** Reads the response to a question of this process. Returns `undefined` if another one has asked. */
  toOwnResponse(message: JSONRPCMessage): JSONRPCMessage | undefined {
    return this.shared ? this.shared.session.toOwnResponse(message) : message;
  }

  /** Passes messages on to the process that runs the call which they are for. Returns whether they are on their way. */
  async passOn(messages: readonly JSONRPCMessage[]): Promise<boolean> {
    return (await this.shared?.session.passOn(messages)) ?? true;
  }

  /** Looks for messages of other processes while requests run, if nothing else brings them. */
  watch(running: () => readonly RequestId[], receive: (message: JSONRPCMessage) => void): void {
    this.shared?.session.watch(running, receive);
  }

  #listenAnew(onEnd: () => void): Reply {
    this.#leaveListener();
    const id = createStreamId('changes');
    const listener = new KeptStream(this.#toStreamOptions(id));
    this.#listener = listener;
    this.shared?.session.take(id);
    return this.#connect(listener, 0, onEnd);
  }

  #leaveListener(): void {
    const listener = this.#listener;
    this.#listener = undefined;
    listener?.leave();
  }

  #connect(stream: KeptStream, place: number, onEnd: () => void): Reply {
    const { body } = stream.connect(place, () => {
      onEnd();
      // Nobody can come back to it.
      if (stream === this.#listener && !stream.canResume) this.#leaveListener();
    });
    return { status: 200, headers: this.#headers, body };
  }

  #forget(stream: KeptStream): void {
    this.#streams?.delete(stream.id);
    stream.leave();
  }

  /**
   * The answer to a client that has everything: it does not come back.
   * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
   */
  get #over(): Reply {
    return { status: 204, headers: { 'mcp-session-id': this.id }, body: undefined };
  }

  get #headers(): Record<string, string> {
    return { ...eventStreamHeaders, 'mcp-session-id': this.id };
  }

  #toStreamOptions(id: string) {
    const { room, retryMs } = this.#settings;
    return {
      id,
      room: this.canResume ? room : undefined,
      retryMs: this.canPoll ? retryMs : undefined,
      connectionMs: this.connectionMs,
    };
  }
}

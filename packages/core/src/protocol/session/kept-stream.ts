import { toEvent } from '../event-stream.ts';
import { kindOf, toEventId } from './event-id.ts';
import { KeptChanges, type KeptEvent, KeptEvents, mostCharacters, mostEvents } from './kept-events.ts';
import type { Room, Tenant } from './room.ts';
import { unref } from '../../timer.ts';

export interface KeptStreamOptions {
  id: string;
  /** Counts what is kept. `undefined` if the client cannot come back: then nothing is kept that was sent. */
  room: Room | undefined;
  /** After how many milliseconds a client comes back. `undefined` for clients that cannot read an event without data. */
  retryMs?: number | undefined;
  /** After how many milliseconds a connection is closed, so that the client comes back. */
  connectionMs?: number | undefined;
  /** Where the events are kept for other processes. */
  copy?: StreamCopy | undefined;
}

/** The events of a stream, as other processes can read them. */
export interface StreamCopy {
  /** Resolves when other processes can find the stream. Never rejects. */
  readonly ready: Promise<void>;
  add(number: number, json: string): void;
  end(): void;
}

interface Connection {
  /** The order of the last event that was sent on it. */
  sent: number;
  isOpen: boolean;
  /** Whether it is closed as soon as everything was sent. */
  isClosing: boolean;
  timer: ReturnType<typeof setTimeout> | undefined;
  close: () => void;
}

/**
 * A stream of events to the client of a session. It outlives its connection: the client comes back with the id of the last
 * event that it has got, and gets what was sent after that.
 */
export class KeptStream implements Tenant {
  readonly id: string;
  /** When it was known that nothing more will come. */
  endedAt: number | undefined;
  readonly #options: KeptStreamOptions;
  readonly #events: KeptEvents;
  #order = 0;
  #number = 0;
  /** How many characters other processes can read. */
  #copied = 0;
  #isRetired = false;
  #connection: Connection | undefined;
  /** The client that was sent away, and has not come back yet. */
  #away: { since: number; onEnd: () => void } | undefined;
  #wake: () => void = () => undefined;

  constructor(options: KeptStreamOptions) {
    const { id, room } = options;
    this.id = id;
    this.#options = options;
    this.#events = kindOf(id) === 'changes' ? new KeptChanges(room) : new KeptEvents(room);
    room?.enter(this);
  }

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Whether a client has got an id with which it can come back. */
  get canResume(): boolean {
    const { room, retryMs } = this.#options;
    return room !== undefined && (retryMs !== undefined || this.#number > 0);
  }

  push(json: string, isNeeded: boolean): void {
    if (this.endedAt !== undefined) return;
    const { copy } = this.#options;
    // Of what is kept elsewhere too, nothing is dropped later. So the notifications that are too many have no id.
    const isTooMany = this.#number >= mostEvents || this.#copied >= mostCharacters;
    const number = copy && !isNeeded && isTooMany ? undefined : ++this.#number;
    if (copy && number !== undefined) this.#copied += json.length;
    const event = { order: ++this.#order, number, json, isNeeded };
    this.#events.add(event, this.#connection?.sent ?? 0);
    if (number !== undefined) copy?.add(number, json);
    this.#wake();
  }

  /** Nothing more will come. The connection is closed when everything was read. */
  end(): void {
    if (this.endedAt !== undefined) return;
    this.endedAt = Date.now();
    this.#options.copy?.end();
    this.#wake();
    this.#endWait();
  }

  /** Takes a client for gone that was sent away before this time. */
  sweep(time: number): void {
    if (this.#away && this.#away.since < time) this.#endWait();
  }

  /** Closes the connection when everything was read. The client comes back. */
  disconnect(): void {
    if (!this.#connection) return;
    this.#connection.isClosing = true;
    this.#wake();
  }

  /** Closes the connection, because the client has another one, or does not read. */
  drop(): void {
    this.#connection?.close();
  }

  /** Whether this place was reached. */
  knows(place: number): boolean {
    return place <= this.#number;
  }

  /** Whether something is lost for a client that comes back to this place. */
  hasLost(place: number): boolean {
    return place < this.#events.lost;
  }

  /** Whether nothing comes after this place. */
  isOver(place: number): boolean {
    return this.endedAt !== undefined && !this.#events.after(place);
  }

  /**
   * Opens a connection, in place of an earlier one. `onEnd` is called once, when the client reads no more. One that was sent
   * away while its call runs does so until it comes back, or nothing more will come. `since` is when it began to wait.
   */
  connect(
    place: number,
    onEnd: () => void,
    since: number = Date.now(),
  ): { body: ReadableStream<Uint8Array>; close: () => void } {
    this.drop();
    this.#endWait();
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    let prelude = this.#toPrelude(place);
    const next = this.#events.after(place);
    const connection: Connection = {
      sent: next ? next.order - 1 : place === 0 ? 0 : this.#order,
      isOpen: true,
      isClosing: false,
      timer: undefined,
      close: () => {
        if (disconnect()) onEnd();
      },
    };
    const disconnect = (): boolean => {
      if (!connection.isOpen) return false;
      connection.isOpen = false;
      clearTimeout(connection.timer);
      if (this.#connection === connection) this.#connection = undefined;
      closeQuietly(controller);
      this.#wake();
      if (this.#isRetired) this.leave();
      return true;
    };
    const sendAway = () => {
      if (kindOf(this.id) !== 'call' || !this.canResume) connection.close();
      else if (disconnect()) this.#away = { since: Date.now(), onEnd };
    };
    this.#connection = connection;
    this.#limit(connection, since);
    const body = new ReadableStream<Uint8Array>(
      {
        start: (made) => void (controller = made),
        pull: async () => {
          await this.#options.copy?.ready;
          if (prelude && connection.isOpen) {
            controller.enqueue(prelude);
            prelude = undefined;
            return;
          }
          while (connection.isOpen) {
            const event = this.#events.next(connection.sent);
            if (event) return controller.enqueue(this.#send(event, connection));
            if (this.endedAt !== undefined) return connection.close();
            if (connection.isClosing) return sendAway();
            await new Promise<void>((resolve) => (this.#wake = resolve));
          }
        },
        cancel: () => connection.close(),
      },
      { highWaterMark: 0 },
    );
    return { body, close: connection.close };
  }

  forget(): void {
    const sent = this.#connection?.sent ?? Number.POSITIVE_INFINITY;
    this.#events.drop(({ order }) => order <= sent);
  }

  /** Ends it. What was not sent yet still is, and then everything is forgotten. */
  retire(): void {
    this.end();
    this.#isRetired = true;
    if (!this.isConnected) this.leave();
  }

  /** Ends it, and forgets everything, also what was not sent. */
  leave(): void {
    this.end();
    this.drop();
    this.#events.drop(() => true);
    this.#options.room?.leave(this);
  }

  #endWait(): void {
    const away = this.#away;
    this.#away = undefined;
    away?.onEnd();
  }

  #send({ order, number, json }: KeptEvent, connection: Connection): Uint8Array {
    connection.sent = order;
    if (!this.#options.room) this.#events.drop((event) => event.order <= order);
    const hasId = this.#options.room && number !== undefined;
    return toEvent(json, hasId ? toEventId({ stream: this.id, number }) : undefined);
  }

  #limit(connection: Connection, since: number): void {
    const { connectionMs } = this.#options;
    if (connectionMs === undefined) return;
    connection.timer = setTimeout(
      () => {
        connection.isClosing = true;
        this.#wake();
      },
      Math.max(0, since + connectionMs - Date.now()),
    );
    unref(connection.timer);
  }

  /** The first event of a connection has an id and no data: with it, a client can come back that has got nothing else. */
  #toPrelude(number: number): Uint8Array | undefined {
    const { room, retryMs } = this.#options;
    return room && retryMs !== undefined
      ? toPrelude(toEventId({ stream: this.id, number }), retryMs)
      : undefined;
  }
}

/** Writes an event with an id and no data, and says when to come back. */
export function toPrelude(id: string, retryMs: number): Uint8Array {
  return new TextEncoder().encode(`id: ${id}\nretry: ${retryMs}\ndata: \n\n`);
}

function closeQuietly(controller: ReadableStreamDefaultController<Uint8Array>): void {
  try {
    controller.close();
  } catch {
    // The client has closed it.
  }
}

import {
  SERVER_INFO_META_KEY,
  type ServerEvent,
  type ServerEventBus,
  SUBSCRIPTION_ID_META_KEY,
} from '@modelcontextprotocol/server';
import { toEvent } from '../event-stream.ts';
import type { ServerInfo } from '../options.ts';
import { type Change, toChange } from './change.ts';

/** How many clients can listen to one handler. Each of them has a connection, so that other limits are reached earlier. */
export const mostListeners = 100_000;

/** A client that listens. */
interface Listener {
  /** The id of its subscription, as JSON. */
  readonly id: string;
  tell(change: Change): void;
  /** Ends it when the client has read what waits. */
  end(last: Uint8Array): void;
}

/** The clients of 2026 that listen. The bus is subscribed to once for all of them, and only while there are any. */
export class Listeners {
  readonly #bus: ServerEventBus;
  /** What the server says of itself, as JSON. */
  readonly #server: string;
  readonly #open = new Set<Listener>();
  #unsubscribe: (() => void) | undefined = undefined;
  #isClosed = false;

  constructor(bus: ServerEventBus, info: ServerInfo) {
    const { instructions: _, capabilities: __, ...server } = info;
    this.#bus = bus;
    this.#server = JSON.stringify(server);
  }

  get isFull(): boolean {
    return this.#open.size >= mostListeners;
  }

  enter(listener: Listener): void {
    if (this.#isClosed) return this.#end(listener);
    this.#open.add(listener);
    this.#unsubscribe ??= this.#bus.subscribe((event) => this.#publish(event));
  }

  leave(listener: Listener): void {
    this.#open.delete(listener);
    if (this.#open.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Tells all of them that it ends. */
  close(): void {
    this.#isClosed = true;
    for (const listener of this.#open) this.#end(listener);
  }

  #publish(event: ServerEvent): void {
    const change = toChange(event);
    if (change) for (const listener of this.#open) listener.tell(change);
  }

  /** @see https://modelcontextprotocol.io/specification/2026-07-28/basic/patterns/subscriptions */
  #end(listener: Listener): void {
    const meta = `{"${SUBSCRIPTION_ID_META_KEY}":${listener.id},"${SERVER_INFO_META_KEY}":${this.#server}}`;
    const result = `{"resultType":"complete","_meta":${meta}}`;
    listener.end(toEvent(`{"jsonrpc":"2.0","id":${listener.id},"result":${result}}`));
  }
}

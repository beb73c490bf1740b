import {
  SERVER_INFO_META_KEY,
  type ServerEvent,
  type ServerEventBus,
  SUBSCRIPTION_ID_META_KEY,
} from '@modelcontextprotocol/server';
import { type Caller, toCallerKey } from '../../call/caller.ts';
import { onlyCaller } from '../caller-of.ts';
import { toEvent } from '../event-stream.ts';
import { errorCodes, type RpcError } from '../json-rpc.ts';
import type { ServerInfo } from '../options.ts';
import { type Change, toChange } from './change.ts';

/** How many clients can listen to one handler. Each of them has a connection, so that other limits are reached earlier. */
export const mostListeners = 100_000;

/** How many of them can be of one caller, so that one caller does not take the room of all others. */
export const mostOfCaller = 1000;

/** A caller, and how many of the clients that listen are theirs. */
export interface Owner {
  readonly key: string;
  count: number;
}

/** A client that listens. */
interface Listener {
  /** The id of its subscription, as JSON. */
  readonly id: string;
  /** Whose it is. `undefined` if that is not known. */
  owner: Owner | undefined;
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
  /** By their keys: the callers of these clients, as far as they are known. */
  readonly #owners = new Map<string, Owner>();
  #unsubscribe: (() => void) | undefined = undefined;
  #isClosed = false;

  constructor(bus: ServerEventBus, info: ServerInfo) {
    const { instructions: _, capabilities: __, ...server } = info;
    this.#bus = bus;
    this.#server = JSON.stringify(server);
  }

  /** Finds out whose a client is. All callers that are not known are one, and so is everybody in an app without a context. */
  ownerOf(caller: Caller): Owner | undefined {
    if (caller.kind === 'unknown' || caller === onlyCaller) return undefined;
    const key = toCallerKey(caller);
    return this.#owners.get(key) ?? { key, count: 0 };
  }

  /** Returns why there is no room for another client of this caller. `undefined` if there is. */
  refuse(owner: Owner | undefined): RpcError | undefined {
    const { count = 0 } = (owner && this.#owners.get(owner.key)) ?? {};
    if (count >= mostOfCaller) return tooManyOfCaller;
    return this.#open.size >= mostListeners ? tooMany : undefined;
  }

  /** Returns why a client has not been let in. There may have been room when its request was answered. */
  enter(listener: Listener): RpcError | undefined {
    if (this.#isClosed) {
      this.#end(listener);
      return undefined;
    }
    const refused = this.refuse(listener.owner);
    if (refused) return refused;
    this.#open.add(listener);
    this.#countIn(listener);
    this.#unsubscribe ??= this.#bus.subscribe((event) => this.#publish(event));
    return undefined;
  }

  leave(listener: Listener): void {
    const { owner } = listener;
    if (this.#open.delete(listener) && owner && --owner.count === 0) this.#owners.delete(owner.key);
    if (this.#open.size > 0) return;
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  /** Tells all of them that it ends. */
  close(): void {
    this.#isClosed = true;
    for (const listener of this.#open) this.#end(listener);
  }

  #countIn(listener: Listener): void {
    const { owner } = listener;
    if (!owner) return;
    // One for all of its clients, also for those that came at the same time.
    const known = this.#owners.get(owner.key) ?? owner;
    this.#owners.set(known.key, known);
    listener.owner = known;
    known.count++;
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

const tooManyOfCaller: RpcError = {
  code: errorCodes.internalError,
  message: `${mostOfCaller} subscriptions of this caller are open here; end one, or listen to several resources with one of them`,
};

const tooMany: RpcError = {
  code: errorCodes.internalError,
  message: 'All subscriptions that this server has room for are open; try again later',
};

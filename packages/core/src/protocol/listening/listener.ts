import type { SubscriptionFilter } from '@modelcontextprotocol/server';
import type { PushedBody, Sink } from '../exchange.ts';
import type { MessageId } from '../json-rpc.ts';
import type { Subscriptions } from '../subscription.ts';
import { toErrorEvent } from '../event-stream.ts';
import { Backlog } from './backlog.ts';
import type { Change } from './change.ts';
import type { Listeners, Owner } from './listeners.ts';

/**
 * A client of 2026 that listens. Passes on what it listens for, as fast as the client reads it, and holds back what it may
 * not hear of any more. Most clients never hear of anything, so that one costs this object and little else.
 */
export class Listener implements PushedBody {
  readonly id: string;
  owner: Owner | undefined;
  readonly #all: Listeners;
  /** What the SDK has agreed to tell it. */
  readonly #filter: SubscriptionFilter;
  /** The resources that it listens to. Whether it may is asked again when there is something to tell. */
  readonly #subscriptions: Subscriptions | undefined;
  /** Tells the client what it listens for. Sent first, and then forgotten. */
  #hello: Uint8Array | undefined;
  #sink: Sink | undefined = undefined;
  #backlog: Backlog | undefined = undefined;
  /** What it ends with, after all that waits. */
  #last: Uint8Array | undefined = undefined;
  #isBlocked = false;
  #isAsking = false;

  constructor(
    all: Listeners,
    id: string,
    filter: SubscriptionFilter,
    subscriptions: Subscriptions | undefined,
    hello: Uint8Array,
    owner?: Owner,
  ) {
    this.owner = owner;
    this.#all = all;
    this.id = id;
    this.#filter = filter;
    this.#subscriptions = subscriptions;
    this.#hello = hello;
  }

  open(sink: Sink): void {
    this.#sink = sink;
    this.#isBlocked = !sink.write(this.#hello!);
    this.#hello = undefined;
    const refused = this.#all.enter(this);
    if (refused) this.#close(toErrorEvent(refused, JSON.parse(this.id) as MessageId));
  }

  advance(): void {
    this.#isBlocked = false;
    void this.#goOn();
  }

  leave(): void {
    this.#sink = undefined;
    this.#backlog = undefined;
    this.#all.leave(this);
  }

  tell(change: Change): void {
    if (this.#filter[change.filter] === undefined || this.#last) return;
    if (change.uri !== undefined && !this.#subscriptions?.has(change.uri)) return;
    if (change.uri === undefined && !this.#isBlocked && !this.#backlog) return this.#write(change);
    (this.#backlog ??= new Backlog()).add(change);
    void this.#goOn();
  }

  end(last: Uint8Array): void {
    this.#last ??= last;
    void this.#goOn();
  }

  /** Never rejects: nobody waits for it. */
  async #goOn(): Promise<void> {
    while (!this.#isBlocked && !this.#isAsking && this.#sink) {
      const change = this.#backlog?.take();
      if (!change) {
        this.#backlog = undefined;
        if (this.#last) this.#close(this.#last);
        return;
      }
      if (change.uri === undefined) {
        this.#write(change);
        continue;
      }
      this.#isAsking = true;
      const hearing = await this.#subscriptions?.hear(change.uri).catch(() => undefined);
      this.#isAsking = false;
      if (hearing?.kind === 'hears') this.#write(change);
      if (hearing?.kind === 'ends')
        this.#close(toErrorEvent(hearing.error, JSON.parse(this.id) as MessageId));
    }
  }

  #write(change: Change): void {
    if (this.#sink?.write(change.toEvent(this.id)) === false) this.#isBlocked = true;
  }

  #close(last: Uint8Array): void {
    const sink = this.#sink;
    this.leave();
    sink?.write(last);
    sink?.end();
  }
}

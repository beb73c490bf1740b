import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server';
import { digest } from '../../call/digest.ts';
import { createSealer, type Sealer } from '../../call/sealed.ts';
import type { Store } from '../../call/store.ts';
import { isRecord } from '../../record.ts';
import { unref } from '../../timer.ts';

/** What one process tells the others of a session. */
export type Signal =
  /** The session has ended, or its facts have changed. */
  | { type: 'ended' | 'changed' }
  /** There is a message for a call of the session. It is kept at this key, because it may be large and is nobody else's. */
  | { type: 'message'; at: string }
  /** The client has this stream from another process now. */
  | { type: 'taken'; stream: string };

/** A signal on the bus, beside the changes that it carries. Whoever does not know this kind leaves it out. */
type SessionEvent = Signal & { kind: 'session'; session: string; from: string };

export interface ShareOptions {
  store: Store;
  bus: ServerEventBus;
  /** Whether the bus reaches other processes. If not, messages are looked for in the store. */
  hasBus: boolean;
  secret: string;
  idleMs: number;
}

/** What the sessions of several processes share: values in the store, which are encrypted, and signals on the bus. */
export class Share {
  /** Stands for this process. */
  readonly node: string = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
  readonly hasBus: boolean;
  /** How long a value of a session is kept: longer than the session, which is renewed before it ends. */
  readonly keptMs: number;
  readonly #store: Store;
  readonly #bus: ServerEventBus;
  readonly #sealer: Sealer;
  readonly #awaited = new Set<Promise<unknown>>();
  readonly #pauses = new Set<() => void>();
  #awayUntil = 0;
  isClosed = false;

  constructor({ store, bus, hasBus, secret, idleMs }: ShareOptions) {
    this.hasBus = hasBus;
    this.#store = store;
    this.#bus = bus;
    this.#sealer = createSealer(secret, 'sessions');
    this.keptMs = Math.min(Math.max(1000, 1.5 * idleMs), longestMs);
  }

  /** Begins all keys of a session. The store does not learn the id of the session, with which others could use it. */
  async keyOf(sessionId: string): Promise<string> {
    return `session:${(await digest(sessionId)).slice(0, 40)}`;
  }

  /** Whether the store could not be reached a moment ago. */
  get isAway(): boolean {
    return Date.now() < this.#awayUntil;
  }

  /** Reads what is kept, still sealed. */
  async read(key: string): Promise<string | undefined> {
    try {
      return await this.#store.get(key);
    } catch (thrown) {
      this.#awayUntil = Date.now() + awayMs;
      throw thrown;
    }
  }

  async open<TValue>(sealed: string, key: string): Promise<TValue | undefined> {
    const json = await this.#sealer.open(sealed, key);
    return json === undefined ? undefined : (JSON.parse(json) as TValue);
  }

  /** Keeps a value. Returns it as it is kept. */
  async write(key: string, value: unknown, owner?: string, keptMs: number = this.keptMs): Promise<string> {
    const sealed = await this.#sealer.seal(JSON.stringify(value), key);
    await this.#store.set(key, sealed, keptMs, owner);
    return sealed;
  }

  /** Keeps a value where there is none yet. */
  async writeNew(key: string, value: unknown): Promise<void> {
    await this.#store.add(key, await this.#sealer.seal(JSON.stringify(value), key), this.keptMs);
  }

  delete(key: string): Promise<void> {
    return this.#store.delete(key);
  }

  /** Does something that no other process does at the same time. Rejects if that takes too long. */
  async alone<TResult>(key: string, work: () => Promise<TResult>): Promise<TResult> {
    const lock = `${key}:lock`;
    const holder = crypto.randomUUID();
    for (let round = 0; !(await this.#store.add(lock, holder, lockMs)); round++) {
      if (round >= mostRounds) throw new Error('another process does not let go of the session');
      await this.pause(roundMs);
    }
    try {
      return await work();
    } finally {
      await this.#release(lock, holder).catch(() => {});
    }
  }

  /** Leaves the lock to another process that has it, because the work took longer than the lock. */
  async #release(lock: string, holder: string): Promise<void> {
    if ((await this.#store.get(lock)) === holder) await this.#store.delete(lock);
  }

  /** Waits, and keeps no process alive. Ends at once when everything closes. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.#pauses.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      unref(timer);
      this.#pauses.add(end);
      if (this.isClosed) end();
    });
  }

  /** `close` waits for this. */
  await(work: Promise<unknown>): void {
    this.#awaited.add(work);
    void work.finally(() => this.#awaited.delete(work));
  }

  /** Tries nothing again. Resolves when what was under way is written. */
  async close(): Promise<void> {
    this.isClosed = true;
    for (const end of this.#pauses) end();
    await Promise.allSettled(this.#awaited);
  }

  tell(session: string, signal: Signal): void {
    const event: SessionEvent = { ...signal, kind: 'session', session, from: this.node };
    try {
      // Cast: the type names the events that the SDK passes on to clients, and it leaves out all others.
      this.#bus.publish(event as unknown as ServerEvent);
    } catch {
      // A bus of the app's own that takes nothing but changes. The other processes find out with the next request.
    }
  }
}

/** Reads a signal of another process off the bus. */
export function readSignal(event: unknown, node: string): (Signal & { session: string }) | undefined {
  if (!isRecord(event) || event['kind'] !== 'session' || event['from'] === node) return undefined;
  return event as unknown as Signal & { session: string };
}

/** A month. Stores take no endless time. */
const longestMs = 30 * 24 * 3_600_000;

/** For this long after a failure, what is known here is not looked up. */
const awayMs = 1000;

/** A process that dies lets go of a session after this time. */
const lockMs = 5000;
const roundMs = 25;
const mostRounds = 120;

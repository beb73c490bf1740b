import { mergeFacts, type SessionFacts } from './facts.ts';
import type { Share } from './share.ts';

/** The facts of a session in the store, and when they were written. */
interface Record {
  facts: SessionFacts;
  at: number;
}

/** The facts of one session, as they were read. */
export interface KeptFacts extends Record {
  sealed: string;
}

export interface FactKeeperOptions {
  share: Share;
  key: string;
  owner: string | undefined;
  /** After this time without use the session ends. */
  idleMs: number;
  /** The facts as they are in this process. */
  collect: () => SessionFacts;
  /** Does here what was done in another process. */
  apply: (facts: SessionFacts) => Promise<void>;
}

/** Reads the facts of a session. Resolves with `undefined` if there is no such session; rejects if the store is away. */
export async function readFacts(share: Share, key: string): Promise<KeptFacts | undefined> {
  const sealed = await share.read(key);
  const record = sealed === undefined ? undefined : await share.open<Record>(sealed, key);
  return record && { ...record, sealed: sealed! };
}

/** Keeps the facts of one session in the store, in step with the other processes that serve it. */
export class FactKeeper {
  readonly #options: FactKeeperOptions;
  /** What is in the store, as far as it is known here. `undefined` until it is there. */
  #kept: KeptFacts | undefined;

  constructor(options: FactKeeperOptions, kept?: KeptFacts) {
    this.#options = options;
    this.#kept = kept;
  }

  /** Writes what has changed here. Tries again with the next request if the store is away. */
  async save(): Promise<void> {
    const { share, key, collect } = this.#options;
    try {
      if (!this.#kept) {
        this.#kept = await this.#write(collect());
      } else if (this.#hasChanged()) {
        await share.alone(key, () => this.#merge());
        share.tell(key, { type: 'changed' });
      }
    } catch {
      // The session goes on here.
    }
  }

  /** Brings what has changed elsewhere. The session is over if it was in the store, and is not there any more. */
  async look(): Promise<'kept' | 'over' | 'away'> {
    const { share, key, idleMs, collect } = this.#options;
    if (share.isAway) return 'away';
    try {
      const sealed = await share.read(key);
      if (sealed === undefined && this.#kept) return 'over';
      if (sealed !== undefined && sealed !== this.#kept?.sealed && !this.#hasChanged()) {
        const before = collect();
        const found = await readFacts(share, key);
        if (!found) return 'over';
        await this.#takeOver(found, before);
      }
      await this.save();
      const renewMs = Math.min(idleMs, share.keptMs) / 4;
      if (this.#kept && Date.now() - this.#kept.at > renewMs) await share.alone(key, () => this.#merge());
      return 'kept';
    } catch {
      return 'away';
    }
  }

  #hasChanged(): boolean {
    return this.#kept !== undefined && toText(this.#options.collect()) !== toText(this.#kept.facts);
  }

  /** Has to be done alone. A session that has ended is not begun again. */
  async #merge(): Promise<void> {
    const { share, key, collect } = this.#options;
    const found = await readFacts(share, key);
    if (!found || !this.#kept) return;
    const before = collect();
    const written = await this.#write(mergeFacts(this.#kept.facts, before, found.facts));
    await this.#takeOver(written, before);
  }

  /** Does here what is in the store. What was done here since `before` stays, and is written next. */
  async #takeOver(found: KeptFacts, before: SessionFacts): Promise<void> {
    const { collect, apply } = this.#options;
    this.#kept = found;
    await apply(mergeFacts(before, collect(), found.facts));
  }

  async #write(facts: SessionFacts): Promise<KeptFacts> {
    const { share, key, owner } = this.#options;
    const record: Record = { facts, at: Date.now() };
    return { ...record, sealed: await share.write(key, record, owner) };
  }
}

/** The facts that change. */
function toText({ level, uris }: SessionFacts): string {
  return JSON.stringify([level, uris.toSorted()]);
}

import { type AskState, stateLifeMs } from '../../call/ask.ts';
import { type Caller, toCallerKey } from '../../call/caller.ts';
import { digest } from '../../call/digest.ts';
import { createSealer } from '../../call/sealed.ts';
import { reach, type Store } from '../../call/store.ts';

/** What is kept of a run of code that waits for an answer. */
export interface Journal {
  /** The digest of the call of the tool that runs code, and of its caller. */
  bind: string;
  startedAt: number;
  seed: number;
  /** The number of the call whose question was asked. */
  asked: number;
  /** The calls that have ended, or that have to ask, by their number. Those that had not begun are missing. */
  calls: [index: number, call: KeptCall][];
}

/** One call of a tool inside of code. */
export interface KeptCall {
  name: string;
  /** The digest of its name and arguments. */
  of: string;
  /** The result that the code was given, as JSON. Missing while the call waits for an answer. */
  result?: string | undefined;
  /** What an earlier round of a call that asks has brought. */
  state?: Omit<AskState, 'bind' | 'nonce'> | undefined;
}

/** Keeps the runs of code that wait for an answer. */
export interface Journals {
  /** Keeps a run, and returns its id. Rejects if the store cannot be reached, or has no room. */
  keep(journal: Journal, caller: Caller): Promise<string>;
  /** Returns `undefined` if the time of the run is over, or if it was resumed. */
  read(id: string): Promise<Journal | undefined>;
  /** Never rejects. */
  forget(id: string): Promise<void>;
}

/** Makes what keeps runs of code. `secret` encrypts them, where the store is outside of this process. */
export function createJournals(store: Store, secret: string | undefined): Journals {
  const sealer = secret === undefined ? undefined : createSealer(secret, 'runs of code');
  return {
    async keep(journal, caller) {
      const id = crypto.randomUUID();
      const at = toKey(id);
      const json = JSON.stringify(journal);
      const text = sealer ? await sealer.seal(json, at) : json;
      await reach(() => store.add(at, text, stateLifeMs, toCallerKey(caller)));
      return id;
    },
    async read(id) {
      const at = toKey(id);
      const text = await reach(() => store.get(at));
      if (text === undefined) return undefined;
      const json = sealer ? await sealer.open(text, at) : text;
      return json === undefined ? undefined : (JSON.parse(json) as Journal);
    },
    async forget(id) {
      // It ends by itself, and the answer that it waits for is good for one round.
      await store.delete(toKey(id)).catch(() => {});
    },
  };
}

/** A digest of a call and its caller: a run is resumed for nothing else. */
export async function bindingOfRun(name: string, args: unknown, caller: Caller): Promise<string> {
  return digest([name, args ?? {}, toCallerKey(caller)]);
}

function toKey(id: string): string {
  return `code:${id}`;
}

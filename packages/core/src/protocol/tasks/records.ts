import { createSealer } from '../../call/sealed.ts';
import { type Store, StoreFull } from '../../call/store.ts';
import { toError } from './end.ts';
import type { End, Facts, Stage } from './record.ts';

/** How long after its last sign of life a process counts as dead. */
export const leaseMs = 30_000;
/** Long enough to write the end of a task whose time is over. */
const slackMs = 60_000;

/** Keeps tasks in the store of the app. Everything but signs of life is encrypted. Its methods reject if the store fails. */
export interface Records {
  create(facts: Facts): Promise<void>;
  readFacts(id: string): Promise<Facts | undefined>;
  /** Whether there are facts that were encrypted with another secret. */
  isUnreadable(id: string): Promise<boolean>;
  readStage(id: string): Promise<Stage | undefined>;
  readEnd(id: string): Promise<End | undefined>;
  writeStage(facts: Facts, stage: Stage): Promise<void>;
  /** Ends a task, unless it has ended already: the first end holds. */
  end(facts: Facts, end: End): Promise<void>;
  /** Removes a task that nobody was told of. */
  remove(facts: Facts): Promise<void>;
  /** Begins a round. Returns `false` if it was begun before, also by a process that has died since. */
  begin(facts: Facts, round: number): Promise<boolean>;
  hasBegun(id: string, round: number): Promise<boolean>;
  /** Says that the process that runs a task is alive. */
  beat(facts: Facts): Promise<void>;
  isAlive(id: string): Promise<boolean>;
  /** Says that no process runs a task any more. */
  rest(id: string): Promise<void>;
  /** Returns since when the process that runs a task has been missed: from `now` on if it was not missed before. */
  missedSince(facts: Facts, now: number): Promise<number>;
  /** Says that the process was alive all the time. */
  forgetMissed(id: string): Promise<void>;
  /** Keeps an answer. The first one to a question holds. */
  answer(facts: Facts, key: string, response: Record<string, unknown>): Promise<void>;
  readAnswer(id: string, key: string): Promise<Record<string, unknown> | undefined>;
}

/** Without a secret, what is kept can be read by this process alone. */
export function createRecords(store: Store, secret: string | undefined): Records {
  let made: ReturnType<typeof createSealer> | undefined;
  // Made at the first task, because Workers have no random numbers at mount time.
  const sealer = () => (made ??= createSealer(secret ?? crypto.randomUUID() + crypto.randomUUID(), 'tasks'));

  const seal = (key: string, value: unknown) => sealer().seal(JSON.stringify(value), key);
  const read = async <TValue>(key: string): Promise<TValue | undefined> => {
    const sealed = await store.get(key);
    const json = sealed === undefined ? undefined : await sealer().open(sealed, key);
    return json === undefined ? undefined : (JSON.parse(json) as TValue);
  };
  const add = async ({ id, owner, ttlMs }: Facts, part: string, value: unknown) => {
    const key = keyOf(id, part);
    return store.add(key, await seal(key, value), ttlMs + slackMs, owner);
  };

  /** A store in memory that is full has room for something small all the same. */
  const addSmall = async ({ id, owner, ttlMs }: Facts, thrown: unknown): Promise<boolean> => {
    if (!(thrown instanceof StoreFull)) throw thrown;
    const key = keyOf(id, 'end');
    if (await store.get(key)) return false;
    await store.set(key, await seal(key, toError(notKept)), ttlMs + slackMs, owner);
    return true;
  };

  return {
    async create(facts) {
      await add(facts, 'facts', facts);
      if (!facts.isQueued) await this.beat(facts);
    },
    readFacts: (id) => read(keyOf(id, 'facts')),
    async isUnreadable(id) {
      const sealed = await store.get(keyOf(id, 'facts'));
      return sealed !== undefined && (await sealer().open(sealed, keyOf(id, 'facts'))) === undefined;
    },
    readStage: (id) => read(keyOf(id, 'stage')),
    readEnd: (id) => read(keyOf(id, 'end')),
    async writeStage({ id, owner, ttlMs }, stage) {
      const key = keyOf(id, 'stage');
      await store.set(key, await seal(key, stage), ttlMs + slackMs, owner);
    },
    async end(facts, end) {
      const isFirst = await add(facts, 'end', end).catch((thrown: unknown) => addSmall(facts, thrown));
      // It may have been written before, and the rest not.
      if (!isFirst && !isSame(await this.readEnd(facts.id), end)) return;
      // The result is kept for as long as the task was allowed to run.
      const key = keyOf(facts.id, 'facts');
      const { args: _, responses: __, state: ___, ...rest } = facts;
      await store.set(key, await seal(key, rest), facts.ttlMs + slackMs, facts.owner);
    },
    async remove({ id }) {
      for (const part of ['facts', 'stage', 'lease', 'begun:0']) await store.delete(keyOf(id, part));
    },
    begin: (facts, round) => add(facts, `begun:${round}`, true),
    hasBegun: async (id, round) => (await store.get(keyOf(id, `begun:${round}`))) !== undefined,
    beat: ({ id, owner }) => store.set(keyOf(id, 'lease'), '', leaseMs, owner),
    forgetMissed: (id) => store.delete(keyOf(id, 'missed')),
    isAlive: async (id) => (await store.get(keyOf(id, 'lease'))) !== undefined,
    rest: (id) => store.delete(keyOf(id, 'lease')),
    async missedSince(facts, now) {
      if (await add(facts, 'missed', now)) return now;
      return (await read<number>(keyOf(facts.id, 'missed'))) ?? now;
    },
    async answer(facts, key, response) {
      await add(facts, `answer:${key}`, response);
    },
    readAnswer: (id, key) => read(keyOf(id, `answer:${key}`)),
  };
}

function isSame(one: End | undefined, other: End): boolean {
  return one?.status === other.status && one.endedAt === other.endedAt;
}

const notKept = 'it ran, and there was no room to keep its result';

/** On a Redis cluster, all keys of one task are on one node. */
function keyOf(id: string, part: string): string {
  return `task:{${id}}:${part}`;
}

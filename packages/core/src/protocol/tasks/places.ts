import { TRPCError } from '@trpc/server';
import { reach, type Store } from '../../call/store.ts';

/** The places that the tasks of each caller take. They limit how many there are, and say which ones. */
export interface Places {
  /** Takes a place. Throws TOO_MANY_REQUESTS if the tasks in all places are running. */
  take(owner: string, id: string, ttlMs: number): Promise<void>;
  /** Says that a task of a caller has ended, so that there may be a place. */
  lookAgain(owner: string): void;
  /** The ids of the tasks in all places. */
  list(owner: string): Promise<string[]>;
}

/** For this long, a caller without a free place is refused without another look. */
const pauseMs = 1000;
const mostPaused = 10_000;
/** How many places are tried before each one is looked at. Mostly there is a free one among them. */
const mostTries = 8;
/** How long it is remembered which task a place was taken from. Nobody takes longer to take it. */
const replacedMs = 60_000;

/** `hasEnded` says whether another task may take the place of this one. */
export function createPlaces(
  store: Store,
  perCaller: number,
  hasEnded: (id: string) => Promise<boolean>,
): Places {
  const keyOf = (owner: string, place: number) => `task-place:{${owner}}:${place}`;
  const fullUntil = new Map<string, number>();

  const anyPlace = () => Math.floor(Math.random() * perCaller);
  const takeFree = async (owner: string, id: string, ttlMs: number): Promise<boolean> => {
    for (let tries = 0; tries < Math.min(perCaller, mostTries); tries++) {
      if (await store.add(keyOf(owner, anyPlace()), id, ttlMs, owner)) return true;
    }
    return false;
  };
  const readAll = (owner: string) => {
    const first = anyPlace();
    const keys = Array.from({ length: perCaller }, (_, step) => keyOf(owner, (first + step) % perCaller));
    return Promise.all(keys.map(async (key) => ({ key, taken: await store.get(key) })));
  };
  const takeAny = async (owner: string, id: string, ttlMs: number): Promise<boolean> => {
    const places = await readAll(owner);
    for (const { key, taken } of places) {
      if (taken === undefined && (await store.add(key, id, ttlMs, owner))) return true;
    }
    for (const { key, taken } of places) {
      if (taken === undefined || !(await hasEnded(taken))) continue;
      // Of several calls that want this place, one gets it.
      if (!(await store.add(`${key}:${taken}`, id, replacedMs, owner))) continue;
      await store.set(key, id, ttlMs, owner);
      return true;
    }
    return false;
  };

  return {
    async take(owner, id, ttlMs) {
      const now = Date.now();
      if ((fullUntil.get(owner) ?? 0) > now) throw tooMany(perCaller);
      const hasPlace = await reach(
        async () => (await takeFree(owner, id, ttlMs)) || (await takeAny(owner, id, ttlMs)),
      );
      if (hasPlace) return;
      if (fullUntil.size >= mostPaused) fullUntil.clear();
      fullUntil.set(owner, now + pauseMs);
      throw tooMany(perCaller);
    },
    lookAgain: (owner) => void fullUntil.delete(owner),
    async list(owner) {
      const places = await readAll(owner);
      return places.map(({ taken }) => taken).filter((id) => id !== undefined);
    },
  };
}

function tooMany(perCaller: number): TRPCError {
  const message = `${perCaller} ${perCaller === 1 ? 'task' : 'tasks'} of this caller are running; wait for one to end, or cancel one`;
  return new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
}

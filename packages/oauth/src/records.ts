import type { OAuthStore } from './store/store.ts';
import { placeOf as placeIn, type Seal } from './seal.ts';

/** What is kept in the store, by model and id. Everything is encrypted, and ids are hashed. */
export interface Records {
  get<TRecord>(model: string, id: string): Promise<TRecord | undefined>;
  /** `groups` are other names under which the record can be found. */
  set(model: string, id: string, record: unknown, ttlMs: number, groups?: readonly string[]): Promise<void>;
  /** Sets what does not exist yet. When two try at once, only one gets `true`. */
  add(model: string, id: string, record: unknown, ttlMs: number): Promise<boolean>;
  delete(model: string, id: string): Promise<void>;
  /** The place of a record in the store. It does not tell the id, which is a credential for codes and tokens. */
  placeOf(model: string, id: string): string;
  /** Whether a place, as `placeOf` made it, has a record. */
  has(place: string): Promise<boolean>;
  deletePlace(place: string): Promise<void>;
  listGroup<TRecord>(group: string): Promise<TRecord[]>;
  deleteGroup(group: string): Promise<void>;
}

/** `owner` keeps apart what several servers have in one store. */
export function createRecords(store: OAuthStore, seal: Seal, owner: string): Records {
  const placeOf = (model: string, id: string) => placeIn(model, `${owner}\n${id}`);
  const groupPlace = (group: string) => placeOf('group', group);
  return {
    async get<TRecord>(model: string, id: string) {
      const place = placeOf(model, id);
      return seal.open(place, await store.get(place)) as TRecord | undefined;
    },
    async set(model, id, record, ttlMs, groups = []) {
      const place = placeOf(model, id);
      await store.set(place, seal.close(place, record), ttlMs, groups.map(groupPlace));
    },
    async add(model, id, record, ttlMs) {
      const place = placeOf(model, id);
      return await store.add(place, seal.close(place, record), ttlMs);
    },
    async delete(model, id) {
      await store.delete(placeOf(model, id));
    },
    placeOf,
    async has(place) {
      return (await store.get(place)) !== undefined;
    },
    async deletePlace(place) {
      await store.delete(place);
    },
    async listGroup<TRecord>(group: string) {
      const places = await store.keysOf(groupPlace(group));
      const records = await Promise.all(
        places.map(async (place) => seal.open(place, await store.get(place))),
      );
      return records.filter((record) => record !== undefined) as TRecord[];
    },
    async deleteGroup(group) {
      const places = await store.keysOf(groupPlace(group));
      await Promise.all(places.map((place) => store.delete(place)));
    },
  };
}

import { isRecord } from '../../record.ts';
import { setOwn } from '../../schema/json-schema.ts';

/** Where the rows of a result are: the result itself, or the longest list that its objects lead to. */
export interface RowsPlace {
  /** The keys that lead to the list; none for the result itself. */
  keys: readonly string[];
  rows: readonly unknown[];
}

/** Results are objects in objects at most this deep before their list. */
const maxDepth = 5;

/** Finds the rows of a result. Undefined if it has no list outside of other lists. */
export function findRows(json: unknown): RowsPlace | undefined {
  if (Array.isArray(json)) return { keys: [], rows: json };
  const lists = listsIn(json, []);
  // What a list costs is its text, and not the number of its rows.
  const [first, ...others] = lists;
  if (others.length === 0) return first;
  const lengths = new Map(lists.map((place) => [place, JSON.stringify(place.rows).length]));
  return lists.reduce((longest, place) => (lengths.get(place)! > lengths.get(longest)! ? place : longest));
}

/** The rows at these keys; undefined if there is no list. */
export function rowsAt(json: unknown, keys: readonly string[]): readonly unknown[] | undefined {
  let found = json;
  for (const key of keys) {
    if (!isRecord(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  return Array.isArray(found) ? found : undefined;
}

/** Copies a result with another value at these keys. Everything else is shared. */
export function replaceAt(json: unknown, keys: readonly string[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const copy = { ...(json as Record<string, unknown>) };
  setOwn(copy, key, replaceAt(copy[key], rest, value));
  return copy;
}

function listsIn(json: unknown, keys: readonly string[]): RowsPlace[] {
  if (!isRecord(json) || keys.length === maxDepth) return [];
  return Object.entries(json).flatMap(([key, value]) => {
    const here = [...keys, key];
    return Array.isArray(value) ? [{ keys: here, rows: value }] : listsIn(value, here);
  });
}

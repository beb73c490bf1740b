import { isRecord } from '../../record.ts';
import { setOwn } from '../../schema/json-schema.ts';

/** Where the rows of a result are: the result itself, or the longest list that its objects lead to. */
export interface RowsPlace {
  /** The keys that lead to the list; none for the result itself. */
  keys: readonly string[];
  /** The rows of a list, or the entries of a record. */
  rows: readonly unknown[];
  isRecord?: true;
}

/** Results are objects in objects at most this deep before their list. */
const maxDepth = 5;

/** An object with more keys is a record: what is in it are rows under names. */
const mostKeys = 50;

/** Finds the rows of a result. Undefined if it has none outside of other lists. */
export function findRows(json: unknown): RowsPlace | undefined {
  return longestOf(findLists(json));
}

/** Finds what of a result can be cut after a whole row: its longest list, or a record of which that is the smaller part. */
export function findCuttable(json: unknown): RowsPlace | undefined {
  const list = longestOf(findLists(json));
  const record = longestOf(recordsIn(json, []));
  if (record === undefined || list === undefined) return record ?? list;
  return lengthOf(list) * 2 < lengthOf(record) ? record : list;
}

function longestOf(places: readonly RowsPlace[]): RowsPlace | undefined {
  const [first, ...others] = places;
  if (others.length === 0) return first;
  // What rows cost is their text, and not their number.
  const lengths = new Map(places.map((place) => [place, lengthOf(place)]));
  return places.reduce((longest, place) => (lengths.get(place)! > lengths.get(longest)! ? place : longest));
}

function lengthOf({ rows }: RowsPlace): number {
  return JSON.stringify(rows).length;
}

/** Finds all lists outside of other lists. */
export function findLists(json: unknown): RowsPlace[] {
  return Array.isArray(json) ? [{ keys: [], rows: json }] : listsIn(json, []);
}

/** The list or the record at these keys, if there is one. */
export function placeAt(json: unknown, keys: readonly string[]): RowsPlace | undefined {
  let found = json;
  for (const key of keys) {
    if (!isRecord(found) || !Object.hasOwn(found, key)) return undefined;
    found = found[key];
  }
  if (Array.isArray(found)) return { keys, rows: found };
  return isRecord(found) ? { keys, rows: Object.entries(found), isRecord: true } : undefined;
}

/** The rows at these keys; undefined if there are none. */
export function rowsAt(json: unknown, keys: readonly string[]): readonly unknown[] | undefined {
  return placeAt(json, keys)?.rows;
}

/** Copies a result with other rows at a place. */
export function replaceRows(
  json: unknown,
  { keys, isRecord: isOfRecord }: Omit<RowsPlace, 'rows'>,
  rows: readonly unknown[],
): unknown {
  return replaceAt(json, keys, isOfRecord ? Object.fromEntries(rows as [string, unknown][]) : rows);
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

function recordsIn(json: unknown, keys: readonly string[]): RowsPlace[] {
  if (!isRecord(json) || keys.length === maxDepth) return [];
  const entries = Object.entries(json);
  if (entries.length > mostKeys) return [{ keys, rows: entries, isRecord: true }];
  return entries.flatMap(([key, value]) => recordsIn(value, [...keys, key]));
}

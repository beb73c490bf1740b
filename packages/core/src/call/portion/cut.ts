import { isRecord } from '../../record.ts';
import { findRows, replaceAt, rowsAt, type RowsPlace } from './place.ts';

/** What was left out of a result: of a list, or of a text, or nothing, although the result is longer than it may be. */
export interface Cut {
  kind: 'rows' | 'characters' | 'none';
  /** Where the list or the text is. */
  keys: readonly string[];
  shown: number;
  total: number;
  /** Whether it is inside the only row that is shown. */
  isInRow?: true;
}

/** A result that was cut, and what is missing; the rows that are told about come first. */
export interface Shortened {
  json: unknown;
  cuts: readonly Cut[];
}

/**
 * Cuts a result so that its text has at most `most` characters, as far as that is possible: at a whole row of its list, and
 * at least one row stays. What is longer than that on its own, a row or an object without a list, is cut in the lists and
 * texts inside. `rowLength` says how long the text of a row is,
 * and `keys` where the rows are, if that is decided.
 */
export function cutTo(
  json: unknown,
  most: number,
  rowLength: (row: unknown) => number = jsonLength,
  keys?: readonly string[],
): Shortened {
  const rows = keys && rowsAt(json, keys);
  const place = keys && rows ? { keys, rows } : findRows(json);
  if (place === undefined || place.rows.length === 0) return cutTexts(json, most);
  const rest = jsonLength(replaceAt(json, place.keys, []));
  const count = countFitting(place, most - rest, rowLength);
  const cut: Cut = { kind: 'rows', keys: place.keys, shown: Math.max(count, 1), total: place.rows.length };
  const cuts = cut.shown < cut.total ? [cut] : [];
  if (count > 0) return { json: replaceAt(json, place.keys, place.rows.slice(0, count)), cuts };
  // Not even the first row fits. What is beside the list may be what is too long.
  const beside = cutTo(replaceAt(json, place.keys, []), Math.floor(most / 2));
  const left = most - jsonLength(beside.json);
  const row = rowLength(place.rows[0]) > left ? cutTo(place.rows[0], Math.max(left, 0)) : undefined;
  const all = [...cuts, ...beside.cuts.filter(({ kind }) => kind !== 'none'), ...inRow(row?.cuts ?? [])];
  const kept = row === undefined ? place.rows[0] : row.json;
  return {
    json: replaceAt(beside.json, place.keys, [kept]),
    cuts: all.length > 0 ? all : [nothing],
  };
}

const nothing: Cut = { kind: 'none', keys: [], shown: 0, total: 0 };

function inRow(cuts: readonly Cut[]): Cut[] {
  return cuts.map((cut) => ({ ...cut, isInRow: true }));
}

function countFitting({ rows }: RowsPlace, room: number, rowLength: (row: unknown) => number): number {
  let left = room;
  for (const [index, row] of rows.entries()) {
    left -= rowLength(row) + 1;
    // No comma follows the last row.
    if (left < -1) return index;
  }
  return rows.length;
}

/** Cuts the longest texts until the rest fits. A short text is not worth it: it may be an id, or a name. */
function cutTexts(json: unknown, most: number): Shortened {
  const cuts: Cut[] = [];
  let cut = json;
  for (let tries = 0; tries < mostTexts; tries++) {
    const over = jsonLength(cut) - most;
    if (over <= 0) return { json: cut, cuts };
    const longest = longestText(cut, []);
    if (longest === undefined || longest.text.length <= leastText) break;
    const { keys, text } = longest;
    const part = firstCharacters(text, Math.max(text.length - over, leastText));
    cuts.push({ kind: 'characters', keys, shown: part.length, total: text.length });
    cut = replaceAt(cut, keys, part);
  }
  return { json: cut, cuts: jsonLength(cut) > most && cuts.length === 0 ? [nothing] : cuts };
}

const leastText = 200;
const mostTexts = 20;

function longestText(
  json: unknown,
  keys: readonly string[],
): { keys: readonly string[]; text: string } | undefined {
  if (typeof json === 'string') return { keys, text: json };
  if (!isRecord(json)) return undefined;
  let longest: { keys: readonly string[]; text: string } | undefined;
  for (const [key, value] of Object.entries(json)) {
    const found = longestText(value, [...keys, key]);
    if (found && found.text.length > (longest?.text.length ?? 0)) longest = found;
  }
  return longest;
}

/** The first characters of a text, without half of a pair at the end. */
function firstCharacters(text: string, count: number): string {
  const isPair = /[\ud800-\udbff]/.test(text.charAt(count - 1));
  return text.slice(0, isPair ? count - 1 : count);
}

function jsonLength(json: unknown): number {
  return JSON.stringify(json).length;
}

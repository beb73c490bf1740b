import { isRecord } from '../../record.ts';
import { leastText } from '../../schema/loosen.ts';
import { findCuttable, replaceAt, replaceRows, type RowsPlace } from './place.ts';

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
 * texts inside. `rowLength` says how long the text of a row is.
 */
export function cutTo(
  json: unknown,
  most: number,
  listRowLength: (row: unknown) => number = jsonLength,
): Shortened {
  const place = findCuttable(json);
  if (place === undefined || place.rows.length === 0) return cutTexts(json, most);
  const { rows, isRecord: isOfRecord } = place;
  const rowLength = isOfRecord ? jsonLength : listRowLength;
  const empty = replaceRows(json, place, []);
  const toShortened = (holder: unknown, count: number, others: readonly Cut[]): Shortened => ({
    json: replaceRows(holder, place, rows.slice(0, count)),
    cuts: [...rowsCut(place, count), ...others],
  });
  const count = countFitting(place, most - jsonLength(empty), rowLength);
  if (count > 0) return toShortened(empty, count, []);
  // Not even the first row fits. What is beside the list may be what is too long.
  const beside = cutTo(empty, Math.floor(most / 2));
  const others = beside.cuts.filter(({ kind }) => kind !== 'none');
  const left = most - jsonLength(beside.json);
  const countBeside = countFitting(place, left, rowLength);
  if (countBeside > 0) return toShortened(beside.json, countBeside, others);
  const [name, value] = isOfRecord ? (rows[0] as [string, unknown]) : [undefined, rows[0]];
  const row = cutTo(value, Math.max(left, 0));
  const cuts = [...rowsCut(place, 1), ...others, ...inRow(row.cuts.filter(({ kind }) => kind !== 'none'))];
  return {
    json: replaceRows(beside.json, place, [isOfRecord ? [name, row.json] : row.json]),
    cuts: cuts.length > 0 ? cuts : [nothing],
  };
}

function rowsCut({ keys, rows }: RowsPlace, shown: number): Cut[] {
  return shown < rows.length ? [{ kind: 'rows', keys, shown, total: rows.length }] : [];
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

const mostTexts = 50;

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
export function firstCharacters(text: string, count: number): string {
  const isPair = /[\ud800-\udbff]/.test(text.charAt(count - 1));
  return text.slice(0, isPair ? count - 1 : count);
}

function jsonLength(json: unknown): number {
  return (JSON.stringify(json) ?? '').length;
}

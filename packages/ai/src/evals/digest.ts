import { createHash } from 'node:crypto';

/** A short digest of a JSON value. The order of keys does not matter. */
export function digest(value: unknown): string {
  return createHash('sha256').update(toSortedJson(value)).digest('hex').slice(0, 16);
}

/** JSON in which the keys of every object are in order. */
export function toSortedJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, each: unknown) => sortKeys(each), indent) ?? 'null';
}

function sortKeys(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  // Without a prototype, a key named __proto__ is a key like every other.
  const sorted = Object.create(null) as Record<string, unknown>;
  for (const key of Object.keys(value).toSorted()) sorted[key] = (value as Record<string, unknown>)[key];
  return sorted;
}

const isoDate = /\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?/g;

const month = '(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\\.?';
const weekday = '(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? )?';
const day = '\\d{1,2}(?:st|nd|rd|th)?';

const year = '\\d{4}\\b';
const number = '\\d{1,2}';

/** Dates as `toString`, `toUTCString` and `toLocaleString` write them, in English or with numbers. `1.2.10` is a version. */
const writtenDate = new RegExp(
  [
    `\\b${weekday}(?:${month} ${day}|${day} ${month}),? ${year}`,
    `\\b${number}([/.])${number}\\1${year}`,
    `\\b${number}/${number}/${number}\\b`,
    `\\b${year}([/.])${number}\\2${number}\\b`,
  ].join('|'),
  'g',
);

/** Times of the day, and the zone that stands after them. */
const writtenTime =
  /(?:,? at |, | )?\b\d{1,2}:\d{2}(?::\d{2})?(?:[ \u202F][AP]M)?(?: (?:GMT|UTC|[A-Z]{2,4}T)(?:[+-]\d{1,4})?)?(?: \([^)]*\))?/gi;

/** The digest of a text in which dates do not count: instructions often say what day it is. */
export function digestText(text: string): string {
  const dated = text.replaceAll(isoDate, 'a date').replaceAll(writtenDate, 'a date');
  return digest(dated.replaceAll(writtenTime, ''));
}

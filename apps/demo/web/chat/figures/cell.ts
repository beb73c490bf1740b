import { toShown } from '../shown.ts';
import { isRow, type Row } from './data.ts';

/** Writes a value for people: days, amounts in dollars, and the name of what has one. */
export function toCell(key: string, value: unknown): string {
  return toShown(toPart(key, value, 0), 500);
}

/** How deep a cell looks into a value. */
const deepest = 4;

function toPart(key: string, value: unknown, depth: number): string {
  if (depth > deepest) return '…';
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return toNumber(key, value);
  if (typeof value === 'string') return isTime(value) ? toDay(value) : value;
  if (Array.isArray(value)) return value.map((part) => toPart(key, part, depth + 1)).join(', ');
  if (isRow(value)) return typeof value['name'] === 'string' ? value['name'] : toParts(value, depth);
  return JSON.stringify(value);
}

/** Writes the key of a column as a heading: `signedUpAt` becomes `Signed up at`. */
export function toHeading(key: string): string {
  const words = key
    .replace(/Cents$/, '')
    .replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, ' ')
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Whether a text is a time as JSON has it, or a month such as `2026-01`. */
export function isTime(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    /^\d{4}-\d\d(-\d\d(T[\d:.]+(Z|[+-]\d\d:\d\d))?)?$/.test(value) &&
    !Number.isNaN(Date.parse(value))
  );
}

/** Writes a time as UTC has it: a month without a day, and everything else as a day. */
export function toDay(time: string): string {
  const day = time.length > 7 ? 'numeric' : undefined;
  return new Date(time).toLocaleDateString('en-GB', {
    day,
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

/** Writes what is in a value that has no name, such as the plan and the status of a subscription. */
function toParts(value: Row, depth: number): string {
  const parts = Object.entries(value).filter(([key]) => key !== 'id');
  return parts.map(([key, part]) => toPart(key, part, depth + 1)).join(', ');
}

function toNumber(key: string, value: number): string {
  if (key.endsWith('Cents'))
    return (value / 100).toLocaleString('en', { style: 'currency', currency: 'USD' });
  if (key.endsWith('Percent'))
    return `${value > 0 ? '+' : ''}${value.toLocaleString('en')} %`.replace('-', '−');
  return value.toLocaleString('en');
}

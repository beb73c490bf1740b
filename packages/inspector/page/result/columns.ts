import { isRecord } from './rows.ts';

/** What the values of a column are. `mixed` and `nested` ones are shown, but neither counted nor drawn. */
export type ColumnKind = 'number' | 'time' | 'boolean' | 'text' | 'nested' | 'mixed';

/** A column of rows that may have different keys. */
export interface Column {
  /** Its key in a row. `undefined` is the row itself, where a row is no object. */
  key: string | undefined;
  name: string;
  kind: ColumnKind;
}

/** Finds the columns of all rows, in the order in which they first occur. */
export function columnsOf(rows: readonly unknown[]): Column[] {
  const kinds = new Map<string | undefined, ColumnKind | undefined>();
  for (const row of rows) {
    if (!isRecord(row)) note(undefined, row);
    else for (const key of Object.keys(row)) note(key, row[key]);
  }
  return [...kinds].map(([key, kind]) => ({ key, name: key ?? 'value', kind: kind ?? 'text' }));

  function note(key: string | undefined, value: unknown): void {
    const before = kinds.get(key);
    const kind = kindOf(value);
    if (kind === undefined || before === undefined) kinds.set(key, before ?? kind);
    else if (before !== kind) kinds.set(key, together(before, kind));
  }
}

/** The value of a row in a column. `null` is none, so that both are sorted to the end. */
export function valueAt(row: unknown, { key }: Column): unknown {
  if (key === undefined) return isRecord(row) ? undefined : (row ?? undefined);
  return isRecord(row) && Object.hasOwn(row, key) ? (row[key] ?? undefined) : undefined;
}

/** Compares two values of a column. Neither is missing. */
export function compareValues(kind: ColumnKind, one: unknown, other: unknown): number {
  if (kind === 'number' || kind === 'boolean') return Number(one) - Number(other);
  if (kind === 'time') return Date.parse(String(one)) - Date.parse(String(other));
  return collator.compare(shortText(one), shortText(other));
}

/** The text of a value in a cell: as it is, or a short form of what is long or nested. Takes no longer for huge values. */
export function shortText(value: unknown, most = mostCharacters): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return cut(value, most);
  return cut(preview(value, 0), most);
}

const mostCharacters = 160;
const collator = new Intl.Collator(undefined, { numeric: true });

function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

function preview(value: unknown, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(cut(value, 40));
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? '';
  if (depth >= 2) return Array.isArray(value) ? '[…]' : '{…}';
  if (Array.isArray(value)) {
    const shown = value.slice(0, 4).map((each) => preview(each, depth + 1));
    return `[${[...shown, ...(value.length > 4 ? [`… ${value.length - 4} more`] : [])].join(', ')}]`;
  }
  const keys = Object.keys(value);
  const shown = keys
    .slice(0, 4)
    .map((key) => `${cut(key, 40)}: ${preview((value as Record<string, unknown>)[key], depth + 1)}`);
  return `{${[...shown, ...(keys.length > 4 ? ['…'] : [])].join(', ')}}`;
}

/** `undefined` for a value that is missing, which goes with every kind. */
function kindOf(value: unknown): ColumnKind | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number') return 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'object') return 'nested';
  return typeof value === 'string' && isTime(value) ? 'time' : 'text';
}

function together(one: ColumnKind, other: ColumnKind): ColumnKind {
  const both = new Set([one, other]);
  if (both.has('nested')) return 'nested';
  return both.has('text') && both.has('time') ? 'text' : 'mixed';
}

/** Months, days and instants of ISO 8601. */
const time =
  /^\d{4}-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?)?$/;

function isTime(text: string): boolean {
  return text.length <= 40 && time.test(text) && !Number.isNaN(Date.parse(text));
}

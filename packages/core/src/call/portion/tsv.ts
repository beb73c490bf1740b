import { isRecord } from '../../record.ts';
import { replaceAt, type RowsPlace } from './place.ts';

/**
 * Writes rows as tab-separated values: a line with the names of the columns, then a line for each row. A cell is a text as it
 * is, with `\t`, `\n` and `\\` for what would end it; everything else is JSON. A key that a row does not have is an empty cell.
 */
export function toTsv(rows: readonly unknown[]): string {
  const columns = columnsOf(rows);
  return [columns.map((name) => toCell(name)), ...rows.map((row) => cellsOf(row, columns))]
    .map((cells) => cells.join('\t'))
    .join('\n');
}

/** How many characters one row takes, with the end of its line. Its own keys count as columns. */
export function tsvLength(row: unknown): number {
  return cellsOf(row, columnsOf([row])).join('\t').length + 1;
}

/** Whether a row has anything to write. */
export function hasCells(row: unknown): boolean {
  return !isRecord(row) || Object.keys(row).length > 0;
}

/** What is beside the rows, if that is anything. */
export function besideRows(json: unknown, { keys }: Pick<RowsPlace, 'keys'>): unknown {
  const [first] = keys;
  if (first === undefined) return undefined;
  if (keys.length > 1) return replaceAt(json, keys, undefined);
  const { [first]: _, ...beside } = json as Record<string, unknown>;
  return Object.keys(beside).length === 0 ? undefined : beside;
}

/** The column of rows that are no objects. */
const onlyColumn = 'value';

function columnsOf(rows: readonly unknown[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) for (const key of isRecord(row) ? Object.keys(row) : [onlyColumn]) columns.add(key);
  return [...columns];
}

function cellsOf(row: unknown, columns: readonly string[]): string[] {
  if (!isRecord(row)) return columns.map((name) => (name === onlyColumn ? toCell(row) : ''));
  return columns.map((name) => (Object.hasOwn(row, name) ? toCell(row[name]) : ''));
}

function toCell(value: unknown): string {
  if (value === undefined) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.replace(/[\\\t\n\r]/g, (character) => escapes[character]!);
}

const escapes: Record<string, string> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

import Papa from 'papaparse';
import { type Column, columnsOf, valueAt } from './columns.ts';

/**
 * Writes rows as CSV (RFC 4180) for a spreadsheet. A text that a spreadsheet would run as a formula gets an apostrophe before
 * it; numbers stay as they are. Nested values are JSON.
 */
export function toCsv(rows: readonly unknown[], columns: readonly Column[]): string {
  return Papa.unparse(
    {
      fields: columns.map(({ name }) => name),
      data: rows.map((row) => columns.map((column) => toCell(valueAt(row, column)))),
    },
    // The pattern that the library has for it misses formulas of several lines, and the signs of other scripts.
    { escapeFormulae: /^[=+\-@\t\r\n\uFF1D\uFF0B\uFF0D\uFF20]/ },
  );
}

/**
 * Reads CSV with a line of names, as a resource may be. A cell that is a number is read as one, and an empty one as nothing. Gives
 * `undefined` if there are no rows.
 */
export function readCsv(text: string): { rows: Record<string, unknown>[]; columns: Column[] } | undefined {
  const [names = [], ...lines] = Papa.parse<string[]>(text, { skipEmptyLines: 'greedy' }).data;
  if (lines.length === 0) return undefined;
  // The keys are numbers, because two columns may have one name.
  const rows = lines.map((cells) => Object.fromEntries(cells.map((cell, index) => [index, readCell(cell)])));
  const columns = columnsOf(rows).map((column) => ({
    ...column,
    name: names[Number(column.key)]?.replace(/^\uFEFF/, '') ?? `Column ${Number(column.key) + 1}`,
  }));
  return { rows, columns };
}

function readCell(cell: string): string | number | null {
  if (cell === '') return null;
  // Not what would lose digits: numbers of accounts, of telephones.
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(cell) ? Number(cell) : cell;
}

function toCell(value: unknown): unknown {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

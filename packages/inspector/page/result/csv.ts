import Papa from 'papaparse';
import { type Column, valueAt } from './columns.ts';

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

function toCell(value: unknown): unknown {
  return typeof value === 'object' ? JSON.stringify(value) : value;
}

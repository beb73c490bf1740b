/** A CSV file that keeps its text, so that a transformer, which is synchronous, can send it over tRPC too. */
export class CsvFile extends File {
  readonly csv: string;

  constructor(name: string, csv: string) {
    super([csv], name, { type: 'text/csv' });
    this.csv = csv;
  }
}

/** Rows as CSV, the first of them the names of the columns. @see https://www.rfc-editor.org/rfc/rfc4180 */
export function toCsv(rows: readonly (readonly (string | number | Date | null)[])[]): string {
  return rows.map((row) => `${row.map(toField).join(',')}\r\n`).join('');
}

function toField(value: string | number | Date | null): string {
  if (value === null) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number') return String(value);
  // Spreadsheets run cells that begin like a formula, and customers choose their own names.
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

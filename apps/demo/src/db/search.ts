import { and, ilike, or, sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Keeps rows in which every word occurs in one of the columns, ignoring case. */
export function containing(words: string, columns: PgColumn[]): SQL | undefined {
  return and(
    ...words.split(/\s+/).map((word) => {
      const pattern = `%${literal(word)}%`;
      return or(...columns.map((column) => ilike(column, pattern)));
    }),
  );
}

/** As many as a client gets, plus one that shows whether there are more. */
export const completions = 101;

/** Keeps rows whose column, as text, begins with this, ignoring case. */
export function startingWith(beginning: string, column: PgColumn): SQL {
  return ilike(sql`${column}::text`, `${literal(beginning)}%`);
}

/** Keeps rows whose column is this text, ignoring case. */
export function sameAs(text: string, column: PgColumn): SQL {
  return ilike(column, literal(text));
}

function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}

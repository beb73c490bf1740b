import { and, ilike, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';

/** Keeps rows in which every word occurs in one of the columns, in any case. */
export function containing(words: string, columns: PgColumn[]): SQL | undefined {
  return and(
    ...words.split(/\s+/).map((word) => {
      const pattern = `%${word.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      return or(...columns.map((column) => ilike(column, pattern)));
    }),
  );
}

import { and, eq, lt, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';

/** A position in a list that is sorted from the newest to the oldest. The next page starts after it. */
export interface Place {
  at: Date;
  id: string;
}

const place = z.tuple([z.int(), z.uuid()]);

/** The cursor in the input of a paged list. */
export const cursorInput = cursorOf(place.transform(([at, id]): Place => ({ at: new Date(at), id })));

/** Makes the cursor for the input of a paged list, of the place where a page starts. It is opaque to clients. */
export function cursorOf<TPlace>(places: z.ZodType<TPlace>) {
  return z
    .string()
    .max(1000)
    .transform((text, ctx): TPlace => {
      const decoded = places.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
      if (decoded.success) return decoded.data;
      ctx.addIssue('not a cursor of this list: pass nextCursor of the page before as it is, or leave it out');
      return z.NEVER;
    })
    .optional()
    .describe('nextCursor of the page before');
}

export const nextCursorOutput = z
  .string()
  .nullable()
  .describe('Pass it as cursor for the next page; null: no more');

/** Keeps the rows after the cursor. */
export function after(cursor: Place | undefined, columns: { at: PgColumn; id: PgColumn }): SQL | undefined {
  if (!cursor) return undefined;
  return or(lt(columns.at, cursor.at), and(eq(columns.at, cursor.at), lt(columns.id, cursor.id)));
}

/** Cuts `rows`, fetched with one more than `limit`, to the page, and says where the next one starts. */
export function toPage<T>(rows: T[], limit: number, placeOf: (row: T) => Place) {
  return cutPage(rows, limit, (row) => toCursor(placeOf(row)));
}

/** Does the same for a list that has cursors of its own. */
export function cutPage<T>(rows: T[], limit: number, toCursorOf: (row: T) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? toCursorOf(last) : null };
}

/** Encodes a position as clients see it. */
export function toCursor({ at, id }: Place): string {
  return encodeCursor([at.getTime(), id]);
}

/** Encodes a place of any list as clients see it. */
export function encodeCursor(json: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { and, eq, lt, or, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';

/** A position in a list that is sorted from the newest to the oldest. The next page starts after it. */
export interface Place {
  at: Date;
  id: string;
}

const place = z.tuple([z.int(), z.uuid()]);

/** The cursor in the input of a paged list. It is opaque to clients. */
export const cursorInput = z
  .string()
  .max(200)
  .transform((text, ctx): Place => {
    const decoded = place.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
    if (decoded.success) return { at: new Date(decoded.data[0]), id: decoded.data[1] };
    ctx.addIssue('not a cursor of this list: pass nextCursor of the page before as it is, or leave it out');
    return z.NEVER;
  })
  .optional()
  .describe('nextCursor of the page before');

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
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last ? toCursor(placeOf(last)) : null };
}

/** Encodes a position as clients see it. */
export function toCursor({ at, id }: Place): string {
  return Buffer.from(JSON.stringify([at.getTime(), id])).toString('base64url');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

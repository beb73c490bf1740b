import { and, gte, lt, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { z } from 'zod';

/** The beginning of a period in the input of a list. */
export const fromInput = z.date().optional().describe('At this moment or later');

/** The end of a period in the input of a list. */
export const untilInput = z.date().optional().describe('Before this moment');

/** Keeps the rows whose moment is in a period, which may be open on both sides. */
export function within(column: PgColumn, from: Date | undefined, until: Date | undefined): SQL | undefined {
  return and(from && gte(column, from), until && lt(column, until));
}

import { z } from 'zod';

/** A text in an input. PostgreSQL does not keep the character U+0000, and a query that has one fails. */
export const textInput = z
  .string()
  .refine((text) => !text.includes('\u0000'), 'must not have the character U+0000');

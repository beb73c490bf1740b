import type { Marked } from './walk.ts';
import { WireError, type WireIssue } from './wire-error.ts';

/** What a validation error says about the wire value that was sent; undefined for any other error. */
export function explainError(
  _marked: Marked,
  error: unknown,
  _args: unknown,
  _wrap: string | undefined,
): WireIssue[] | undefined {
  if (error instanceof WireError) return error.issues;
  return undefined;
}

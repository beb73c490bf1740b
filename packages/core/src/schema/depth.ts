import { EncodeError, WireError } from './wire-error.ts';

/**
 * How deeply arguments may be nested. Validators use several stack frames for each level, so this stays far below the
 * depth at which one of them would overflow the stack.
 */
const maxArgumentDepth = 512;

/**
 * How deeply results may be nested. Only our encoder and `JSON.stringify` go through a result, so more levels are safe
 * than for arguments.
 */
const maxResultDepth = 1000;

/** Whether something has called itself too often. A client can nest what no limit of ours is for. */
export function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && /call stack/.test(error.message);
}

/** Throws a WireError when arguments are nested too deeply. */
export function assertArgumentDepth(depth: number): void {
  if (depth > maxArgumentDepth) throw new WireError(`nested deeper than ${maxArgumentDepth} levels`);
}

/** Throws an EncodeError when a result is nested too deeply, or contains itself. */
export function assertResultDepth(depth: number): void {
  if (depth > maxResultDepth) throw new EncodeError(`is nested deeper than ${maxResultDepth} levels`);
}

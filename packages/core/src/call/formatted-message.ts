import { isRecord } from '../record.ts';
import type { Formatted } from './shape.ts';
import { holdsStack } from './stack.ts';

/**
 * The message that the app's `errorFormatter` has put in place of the error's own; `undefined` if it left that as it was, or
 * only copied the message of a cause.
 */
export function formattedMessageOf({ shape, error }: Formatted): string | undefined {
  const message = isRecord(shape) ? shape['message'] : undefined;
  if (typeof message !== 'string' || !/\S/.test(message)) return undefined;
  return message === error.code || isInside(message, error) || holdsStack(message) ? undefined : message;
}

/** Whether an error, or one of its causes, has this message. */
function isInside(message: string, error: Error): boolean {
  let each: unknown = error;
  for (let depth = 0; depth < maxCauses && isRecord(each); depth++) {
    if (each['message'] === message) return true;
    each = each['cause'];
  }
  return false;
}

/** Causes may be a circle. */
const maxCauses = 10;

import { isRecord } from '../record.ts';
import { hasMessage } from '../thrown.ts';
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

/** Whether an error, one of its causes, or one of those that it stands for, has this message, apart from spaces around it. */
function isInside(message: string, error: Error): boolean {
  const waiting: unknown[] = [error];
  for (let count = 0; count < waiting.length && count < mostErrors; count++) {
    const each = waiting[count];
    if (!isRecord(each)) continue;
    if (isMessageOf(each, message)) return true;
    const { cause, errors } = each;
    waiting.push(cause, ...(Array.isArray(errors) ? (errors as unknown[]).slice(0, mostErrors) : []));
  }
  return false;
}

function isMessageOf(each: Record<string, unknown>, message: string): boolean {
  const own = each['message'];
  if (typeof own !== 'string') return false;
  return own.trim() === message.trim() || hasMessage(each as unknown as Error, message);
}

/** Causes may be a circle. */
const mostErrors = 20;

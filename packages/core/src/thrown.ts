import type { TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';

/** Converts what was thrown to an `Error`. Never throws, although reading some values does. */
export function toError(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  } catch {
    return new Error('something was thrown that cannot be read');
  }
}

/** Whether this is the error that tRPC wraps around everything that is thrown and is no TRPCError. */
export function isMadeByTrpc({ code, message, cause, stack }: TRPCError): boolean {
  if (code !== 'INTERNAL_SERVER_ERROR' || !cause) return false;
  // tRPC gives its error the stack of an error that it wraps. Of anything else it makes an error in the same place.
  if (stack === cause.stack) return hasMessage(cause, message);
  return firstFrameOf(stack, message).some((frame) => cause.stack?.includes(frame));
}

/** The first line of a stack that names a place, if there is one. */
function firstFrameOf(stack: string | undefined, message: string): string[] {
  const frames = stack?.slice(stack.indexOf(message) + message.length).match(/^\s*at .+$/m);
  return frames ? [frames[0].trim()] : [];
}

/**
 * Returns the message that the app itself wrote for this error. When the app wrote none, tRPC copies the message of the
 * cause, or uses the code as the message. Neither was written for a caller, so this returns `undefined`.
 */
export function ownMessageOf(error: TRPCError): string | undefined {
  const { code, message, cause } = error;
  // An object of the app's may only look like a TRPCError, and have any code.
  if (!Object.hasOwn(TRPC_ERROR_CODES_BY_KEY, code)) return undefined;
  if (typeof message !== 'string' || message.trim() === '' || message === code) return undefined;
  if (!cause) return message;
  const inherited = cause.message;
  // A getter may return another text each time. Then nobody can know whether the message was copied.
  const isCopied = hasMessage(cause, message) || isMadeByTrpc(error);
  return isCopied || inherited !== cause.message ? undefined : message;
}

/**
 * Whether an error has this message, or had it when it was made: middleware may have added words to it since, for a log.
 * Its stack begins with the name and the message that it was made with.
 */
export function hasMessage({ message: current, stack }: Error, message: string): boolean {
  if (current === message) return true;
  const head = typeof stack === 'string' ? stack.split(/\n\s*at /, 1)[0]! : '';
  return head.slice(head.indexOf(': ') + 2) === message;
}

import type { TRPCError } from '@trpc/server';
import { TRPC_ERROR_CODES_BY_KEY } from '@trpc/server/rpc';

/** What was thrown, as an Error. It never throws itself, whatever that was: even a look at it may. */
export function toError(thrown: unknown): Error {
  try {
    return thrown instanceof Error ? thrown : new Error(String(thrown), { cause: thrown });
  } catch {
    return new Error('something was thrown that cannot be read');
  }
}

/**
 * The message that the app itself wrote for this error. tRPC copies the message of a cause where the app wrote none, or
 * puts the code in its place; neither was written for whoever called.
 */
export function ownMessageOf({ code, message, cause }: TRPCError): string | undefined {
  // Anything may call itself a TRPCError.
  if (!Object.hasOwn(TRPC_ERROR_CODES_BY_KEY, code)) return undefined;
  if (typeof message !== 'string' || message === '' || message === code) return undefined;
  if (!cause) return message;
  const inherited = cause.message;
  // One that is another each time it is asked for cannot be told apart from it.
  return message === inherited || inherited !== cause.message ? undefined : message;
}

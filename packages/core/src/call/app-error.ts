import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server';
import { isRecord } from '../record.ts';
import { isMadeByTrpc } from '../thrown.ts';
import { type Report, reportThrown } from './failure.ts';
import { FinalError } from './final-error.ts';

/** Where an error was thrown. */
export interface ErrorPlace<TContext = unknown> {
  /** The dotted path of the procedure; `undefined` if `createContext` failed for a list. */
  path: string | undefined;
  /** What `createContext` returned; `undefined` if `createContext` itself failed. */
  ctx: TContext | undefined;
}

/** The option `toError`: says what an error of the app's own means to a caller. */
export type ToError<TContext = unknown> = (
  error: unknown,
  place: ErrorPlace<TContext>,
) => TRPCError | undefined;

/** What is needed to ask `toError`. */
export interface AppErrorParts {
  toError: ToError | undefined;
  report: Report;
}

/**
 * Asks the app's `toError` about what was thrown. Returns `undefined` if it says nothing, or nothing that can be used, which
 * `onError` is told. Never throws.
 */
export function askToError(
  { toError, report }: AppErrorParts,
  thrown: unknown,
  place: ErrorPlace,
  name?: string,
): TRPCError | undefined {
  // Errors of this package that end a call, such as a consent that was not given, are none of the app's.
  if (!toError || thrown instanceof FinalError) return undefined;
  try {
    const original = toOriginal(thrown);
    const answer: unknown = toError(original, place);
    // The same error again changes nothing, and neither does what tRPC makes of every error.
    if (answer === undefined || answer === original || answer === thrown) return undefined;
    if (isTRPCError(answer)) return isMadeByTrpc(answer) ? undefined : answer;
    // Nobody else hears of it when it rejects.
    if (answer instanceof Promise) answer.catch(() => {});
    throw new TypeError(`toError returned ${nameOf(answer)}; return a TRPCError, or undefined`);
  } catch (problem) {
    const { path } = place;
    reportThrown(report, problem, {
      ...(name !== undefined && { name }),
      ...(path !== undefined && { path }),
    });
    return undefined;
  }
}

/** What the app threw, without the TRPCError that tRPC wraps around everything else. */
function toOriginal(thrown: unknown): unknown {
  return isTRPCError(thrown) && isMadeByTrpc(thrown) ? thrown.cause : thrown;
}

export function isTRPCError(value: unknown): value is TRPCError {
  // An app may have two copies of tRPC, and its errors two classes.
  return value instanceof Error && getTRPCErrorFromUnknown(value) === value;
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? `an object of class ${value.constructor?.name}` : `a ${typeof value}`;
}

import { getTRPCErrorFromUnknown, TRPCError } from '@trpc/server';
import { isStreamed } from './drain.ts';
import type { CalledProcedure, CallOutcome } from './on-call.ts';
import type { FailureOutcome, Outcome, QuestionsOutcome } from './outcome.ts';

/** How a call ended inside of the app's functions for `onCall`. */
export type Ended = Returned | { kind: 'thrown'; thrown: unknown } | Decided;

/** The procedure has returned a value, which one of the functions may have replaced. */
export interface Returned {
  kind: 'returned';
  value: unknown;
  yielded: readonly unknown[] | undefined;
}

/** The answer is made already. The error stands for it in the outcome that the functions get. */
export interface Decided {
  kind: 'decided';
  outcome: Outcome | undefined;
  error: TRPCError;
  instead?: 'question' | 'earlierAnswer';
}

/** A run of the procedure inside of the app's functions. */
export interface InnerRun {
  ctx: unknown;
  /** What runs. */
  running?: Promise<unknown>;
  /** Set if the procedure has returned. */
  returned?: Omit<Returned, 'kind'>;
  /** Set if the outcome is that of an earlier call with the same idempotency key. */
  isKept?: true;
}

/** Reads how a run inside of the app's functions ended. */
export function toEnded(outcome: Outcome | undefined, { returned, isKept }: InnerRun): Ended {
  if (returned) return { kind: 'returned', ...returned };
  if (isKept) {
    const message =
      'the answer of an earlier call with the same idempotency key is given; return this outcome as it is';
    const error = new TRPCError({ code: 'CONFLICT', message });
    return { kind: 'decided', outcome, error, instead: 'earlierAnswer' };
  }
  if (outcome?.kind === 'questions') return toQuestion(outcome);
  // The query that fills the question has failed, or is hidden from this caller.
  const { code, text: message } = outcome as FailureOutcome;
  return { kind: 'decided', outcome, error: new TRPCError({ code, message }) };
}

/** What a call comes to that asks a person first. */
export function toQuestion(outcome: QuestionsOutcome): Decided {
  const message = 'a person is asked before this goes on; return this outcome as it is';
  const error = new TRPCError({ code: 'PRECONDITION_REQUIRED', message });
  return { kind: 'decided', outcome, error, instead: 'question' };
}

/** Makes the outcome that a function of the app gets. */
export function toCallOutcome(ended: Ended): CallOutcome {
  if (ended.kind === 'returned') {
    const { value, yielded } = ended;
    return { ok: true, data: value, ...(yielded && { yielded }) };
  }
  if (ended.kind === 'thrown') return { ok: false, error: toTRPCError(ended.thrown) };
  const { error, instead } = ended;
  return { ok: false, error, ...(instead && { instead }) };
}

/**
 * Reads what a function of the app returned. `ended` is what its `next` came to; `undefined` if it has not. Throws if that is
 * no outcome, or a success that never was.
 */
export function readReturned(
  returned: unknown,
  ended: Ended | undefined,
  isCalled: boolean,
  { name }: CalledProcedure,
): Ended {
  const { ok, data, error, yielded } = (returned ?? {}) as Record<string, unknown>;
  if (ok === false && error instanceof Error) return { kind: 'thrown', thrown: error };
  if (ok !== true || !Object.hasOwn(returned as object, 'data')) {
    const advice =
      'return what next() gave, { ok: true, data } or { ok: false, error }, or throw a TRPCError';
    throw new TypeError(`onCall returned no outcome for ${name}; ${advice}`);
  }
  if (!ended) {
    const problem = isCalled ? 'before next() was done; await it' : 'without calling next()';
    throw new TypeError(
      `onCall returned a success for ${name} ${problem}: only the procedure itself can succeed`,
    );
  }
  if (ended.kind !== 'returned')
    throw new TypeError(
      `onCall made a success of ${name}, which has not succeeded; return its error, or another one`,
    );
  const values = Array.isArray(yielded) ? yielded : undefined;
  if ((data !== ended.value && isPending(data)) || (values !== ended.yielded && isPending(values)))
    throw new TypeError(`onCall returned data for ${name} that is not there yet; await it`);
  return { kind: 'returned', value: data, yielded: values };
}

/** Also a list of promises, as an async function makes it in `map`. */
function isPending(value: unknown): boolean {
  return isStreamed(value) || isThenable(value) || (Array.isArray(value) && value.some(isThenable));
}

function isThenable(value: unknown): boolean {
  return typeof (value as { then?: unknown } | null | undefined)?.then === 'function';
}

function toTRPCError(thrown: unknown): TRPCError {
  try {
    return getTRPCErrorFromUnknown(thrown);
  } catch {
    // Some errors throw when they are read.
    return new TRPCError({ code: 'INTERNAL_SERVER_ERROR' });
  }
}

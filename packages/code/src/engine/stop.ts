/** Why a sandbox was ended before its code was. */
export type StopReason =
  /** The code has used all of its time on the processor. */
  | 'cpu'
  /** The run has taken all of its time. */
  | 'time'
  | 'memory'
  | 'stack'
  /** Nothing is under way that could ever settle what the code waits for. */
  | 'stuck'
  /** The caller has gone, or has to be asked. */
  | 'aborted'
  /** The engine has failed. It is not known to happen. */
  | 'broken';

/** Ends a sandbox. Nothing in it can catch this. */
export class Stop extends Error {
  readonly reason: StopReason;

  constructor(reason: StopReason, cause?: unknown) {
    super(`The sandbox was stopped: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** Whether the engine could not read the code. */
export function isSyntaxError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'SyntaxError';
}

/** Says what an exception of the engine means. Syntax errors are the code's own. */
export function toStop(error: unknown): unknown {
  if (error instanceof Stop || isSyntaxError(error)) return error;
  const message = error instanceof Error ? error.message : '';
  if (/out of memory|malloc failed|too long/.test(message)) return new Stop('memory', error);
  // The stack of the runtime has ended before that of the engine.
  if (/call stack|recursion/.test(message)) return new Stop('stack', error);
  return new Stop('broken', error);
}

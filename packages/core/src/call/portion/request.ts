import type { Continuation } from './handle.ts';

/** What a call asks of its result. */
export interface PortionRequest {
  /** The arguments of the procedure, as they were sent. */
  args: unknown;
  fields: readonly string[] | undefined;
  /** Where the list goes on, for a call with `_cursor`. */
  from: Continuation | undefined;
  /** Makes the handle with which a later call goes on. */
  toHandle: (continuation: Continuation) => Promise<string>;
}

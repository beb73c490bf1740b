import type { Outcome } from '../../call/outcome.ts';
import type { Reply } from '../exchange.ts';

/**
 * How the lane has answered a request. Without a reply, the call has run and has open questions that the SDK has to send. It
 * must not run again.
 */
export interface LaneAnswer {
  reply: Reply | undefined;
  outcome: Outcome | undefined;
}

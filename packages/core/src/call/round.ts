import { TRPCError } from '@trpc/server';
import type { Callable } from '../catalog/callable.ts';
import { ActiveCall, type CallRequest } from './active-call.ts';
import { type AskState, stateLifeMs } from './ask.ts';
import { toCallerKey } from './caller.ts';
import { readConsent } from './consent.ts';
import { reach, type Store } from './store.ts';

/** How long a spent nonce is kept: longer than a state is valid, also if the clocks of two machines differ. */
export const spentMs: number = 2 * stateLifeMs;

/** How many rounds continue a call that was counted already. Clients end a call after about as many. */
const freeRounds = 10;

/**
 * Begins a further round of a call, before anything of the app runs in it. Spends the state, so that one answer lets a call
 * go on once, even if it is sent to several machines at the same moment. A state that is spent already takes a point of the
 * rate limits, and is refused.
 */
export async function resumeCall(
  store: Store,
  item: Callable,
  args: unknown,
  request: CallRequest,
  call: ActiveCall,
  takePoints: () => Promise<void>,
): Promise<void> {
  const state = request.state!;
  const owner = toCallerKey(await request.caller());
  const isFresh = await reach(() => store.add(`consent:${state.nonce}`, '', spentMs, owner));
  if (!isFresh) await takePoints();
  if (!isFresh)
    throw new TRPCError({ code: 'CONFLICT', message: `${whatWas(state)} good for one call only` });
  if (item.confirm) ActiveCall.agree(call, await readConsent(item, args, request));
}

/** Whether a request continues a call that has taken its points already. */
export function isCounted(state: AskState | undefined): boolean {
  return state !== undefined && state.round <= freeRounds;
}

function whatWas({ asked, agreed }: AskState): string {
  return asked === undefined && agreed === undefined
    ? 'these answers were used already, and are'
    : 'this consent was used already, and is';
}

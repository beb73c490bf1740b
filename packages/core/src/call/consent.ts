import { inputRequired } from '@modelcontextprotocol/server';
import { TRPCError } from '@trpc/server';
import type { Confirm } from '../catalog/confirm.ts';
import type { CallRequest } from './active-call.ts';
import { type OpenQuestions, stateLifeMs } from './ask.ts';
import { reach, type Store } from './store.ts';

/** The key of the question for consent. */
export const consentKey = 'confirm';

/** How long a spent nonce is kept: longer than a state is valid, also if the clocks of two machines differ. */
const spentMs = 2 * stateLifeMs;

/**
 * Asks for consent if it was not given yet. Returns `undefined` if the call may run. Each round spends its nonce, so that
 * one answer lets one call run once, even if several machines share the store.
 */
export async function askConsent(
  confirm: Confirm,
  args: unknown,
  request: CallRequest,
  store: Store,
): Promise<OpenQuestions | undefined> {
  const { state, canAsk, capabilities, sdk } = request;
  if (!canAsk || !capabilities?.elicitation) {
    if (confirm.fallback === 'proceed') return undefined;
    throw new TRPCError({
      code: 'PRECONDITION_FAILED',
      message:
        'this needs the consent of a person, and this client cannot ask for it; tell the person what you were about to do, so that they can do it themselves or use a client that asks',
    });
  }
  if (!state?.nonce) return toQuestion(confirm, args);
  const { nonce } = state;
  const isFresh = await reach(() => store.add(`consent:${nonce}`, '', spentMs));
  if (!isFresh) {
    throw new TRPCError({
      code: 'CONFLICT',
      message: 'this consent was used already, and is good for one call only',
    });
  }
  if (state.consent === 'given') return undefined;
  const answer = sdk?.mcpReq.inputResponses?.[consentKey] as { action?: unknown } | undefined;
  switch (answer?.action) {
    case 'accept':
      return undefined;
    case 'decline':
    case 'cancel':
      throw new TRPCError({
        code: 'PRECONDITION_FAILED',
        message:
          answer.action === 'decline'
            ? 'the person declined, and nothing was done; do not call again unless they ask for it'
            : 'the person closed the question, and nothing was done',
      });
    default:
      return toQuestion(confirm, args);
  }
}

function toQuestion(confirm: Confirm, args: unknown): OpenQuestions {
  const request = inputRequired.elicit({
    message: confirm.toMessage(args),
    requestedSchema: { type: 'object', properties: {} },
  });
  return { requests: { [consentKey]: request }, answers: {}, consent: 'asked' };
}

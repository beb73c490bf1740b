import { isRecord } from '../../record.ts';
import type { CallMethod } from '../call-by-name.ts';
import type { ReadRequest, Round } from '../call-request.ts';
import type { ServerParts, Serving } from '../serving.ts';
import { bindingOf } from '../state.ts';

/** The keys of the params with which a client of 2026 continues a call that has asked. */
export const roundKeys = ['inputResponses', 'requestState'] as const;

/** Whether a request brings answers or a state. */
export function isFurtherRound({ params }: ReadRequest): boolean {
  return params['inputResponses'] !== undefined || params['requestState'] !== undefined;
}

/** Whether answers and state have the form that clients send. The SDK says what is wrong with others, or leaves answers out. */
export function isPlainRound({ inputResponses, requestState }: Record<string, unknown>): boolean {
  if (requestState !== undefined && typeof requestState !== 'string') return false;
  if (inputResponses === undefined) return true;
  if (!isRecord(inputResponses) || Object.hasOwn(inputResponses, '__proto__')) return false;
  return Object.values(inputResponses).every(isPlainResponse);
}

/** An answer is a bare result, and no message. */
function isPlainResponse(response: unknown): boolean {
  return isRecord(response) && !('method' in response) && !('result' in response);
}

/**
 * Opens the state of a further round. Returns `undefined` for one that is not valid, or belongs to another call or another
 * caller: the SDK says so.
 */
export async function openRound(
  { seal }: ServerParts,
  serving: Serving,
  { method, params }: ReadRequest,
): Promise<Round | undefined> {
  const sealed = params['requestState'] as string | undefined;
  const responses = params['inputResponses'] as Record<string, unknown> | undefined;
  if (sealed === undefined) return { state: undefined, responses };
  const state = await seal.open(sealed);
  // The app may be asked who is calling, and only about a state that is valid.
  if (!state || state.bind !== (await bindingOf(serving, method as CallMethod, params))) return undefined;
  return { state, responses };
}

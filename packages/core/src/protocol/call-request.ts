import type { ClientCapabilities, Implementation } from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import type { AskState } from '../call/ask.ts';
import type { Era } from '../catalog/era.ts';
import { toBareRequest } from './list-context.ts';
import type { Serving } from './serving.ts';
import { traceOf } from './trace.ts';

/** A request as it was read, by the fast lane or by the SDK. */
export interface ReadRequest {
  id: string | number;
  method: string;
  era: Era;
  params: Record<string, unknown>;
  client: Implementation | undefined;
  capabilities: ClientCapabilities | undefined;
}

/** What a further round of a call brings. A client may also send answers with the first one, or a state without answers. */
export interface Round {
  /** The state of the rounds before, verified. */
  state: AskState | undefined;
  /** The answers, not verified. */
  responses: Record<string, unknown> | undefined;
}

/** Makes the request of a call. Without a `round`, nobody was asked before. */
export function toCallRequest(
  serving: Serving,
  { id, method, era, params, client, capabilities }: ReadRequest,
  signal: AbortSignal,
  canAsk: boolean,
  sdk: CallRequest['sdk'],
  round: Round | undefined,
): CallRequest {
  return {
    id,
    method,
    era,
    client,
    capabilities,
    auth: serving.auth,
    signal,
    trace: traceOf(params['_meta'] as Record<string, unknown> | undefined),
    sdk,
    canAsk,
    state: round?.state,
    responses: round?.responses,
    caller: serving.caller,
    tasksOf: serving.tasksOf,
  };
}

/** Makes the request of a call that this process makes for itself, to find out what a caller may see. */
export function toBareCall(serving: Serving, method: string): CallRequest {
  return {
    ...toBareRequest(serving, method),
    id: undefined,
    sdk: undefined,
    canAsk: false,
    state: undefined,
    responses: undefined,
    caller: serving.caller,
    tasksOf: serving.tasksOf,
  };
}

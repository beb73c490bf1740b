import type { ClientCapabilities, Implementation, ServerContext } from '@modelcontextprotocol/server';
import type { CallRequest } from '../call/active-call.ts';
import type { AskState } from '../call/ask.ts';
import type { Era } from '../catalog/era.ts';
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

/** Makes the request of a call. `sdk` and `state` are missing in the fast lane. */
export function toCallRequest(
  serving: Serving,
  { id, method, era, params, client, capabilities }: ReadRequest,
  signal: AbortSignal,
  canAsk: boolean,
  sdk: ServerContext | undefined,
  state: AskState | undefined,
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
    state,
    caller: serving.caller,
  };
}

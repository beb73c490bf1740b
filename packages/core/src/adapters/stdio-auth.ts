import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { McpAuthInfo } from '../meta.ts';
import type { AuthOptions, Refusal } from '../auth/gate.ts';
import { toRefusalOutcome } from '../call/outcome.ts';
import { toRpcError } from '../protocol/answer.ts';
import { isToolCall, toErrorMessage } from '../protocol/json-rpc.ts';

/** Finds out from the environment who is calling. Returns `undefined` without a credential, and throws when it is not valid. */
export type AuthenticateStdio = (
  environment: Readonly<Record<string, string | undefined>>,
) => McpAuthInfo | undefined | Promise<McpAuthInfo | undefined>;

/** Decides who the client acts for. After it, the procedures' own middleware decides about each call, as always. */
export interface StdioAuthOptions {
  /** Runs once, before the first message is read. */
  authenticate: AuthenticateStdio;
  /** Refuses every request when the environment has no credential. */
  required?: boolean;
}

export function toAuthOptions({ authenticate, required }: StdioAuthOptions): AuthOptions {
  return {
    authenticate: () => authenticate(process.env),
    ...(required !== undefined && { required }),
  };
}

/** The methods of a handshake. They are never refused, because clients do not show people why a handshake failed. */
const handshake = ['initialize', 'server/discover', 'ping'];

/**
 * Makes the answer to a caller who is refused. Returns `undefined` for a handshake and for a call of a tool, which the
 * server answers itself.
 */
export function toRefusal(request: JSONRPCRequest, refusal: Refusal): JSONRPCMessage | undefined {
  const { id, method } = request;
  if (handshake.includes(method) || isToolCall(request)) return undefined;
  return toErrorMessage(toRpcError(toRefusalOutcome(refusal)), id) as JSONRPCMessage;
}

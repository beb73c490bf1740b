import type { JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { McpAuthInfo } from '../meta.ts';
import type { Admission, AuthOptions, Gate, Refusal } from '../auth/gate.ts';
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

/** A gate that lets a caller in or refuses them. It has no rejections, which are HTTP statuses. */
export interface StdioGate extends Gate {
  authenticate(...how: Parameters<Gate['authenticate']>): Promise<Admission | Refusal>;
}

/** Removes the challenges of a gate. They tell HTTP clients how to sign in, which is not possible over stdio. */
export function withoutChallenges(gate: Gate): StdioGate {
  return {
    ...gate,
    challenge: '',
    async authenticate(...how) {
      const admitted = await gate.authenticate(...how);
      if (admitted.kind === 'admission') return admitted;
      // Only HTTP has statuses for a rejection. Here it refuses the credential.
      const status = admitted.kind === 'rejection' ? 401 : admitted.status;
      return { kind: 'refusal', status, message: admitted.message };
    },
    checkScopes(auth, scopes) {
      const refusal = gate.checkScopes(auth, scopes);
      return refusal && withoutChallenge(refusal);
    },
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

function withoutChallenge({ kind, status, message }: Refusal): Refusal {
  return { kind, status, message };
}

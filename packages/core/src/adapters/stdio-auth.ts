import type { AuthInfo, JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { Admission, AuthOptions, Gate, Refusal } from '../auth/gate.ts';
import { toRefusalOutcome } from '../call/outcome.ts';
import { toRpcError } from '../protocol/answer.ts';
import { isToolCall, toErrorMessage } from '../protocol/json-rpc.ts';

/** Finds out from the environment who is asking: `undefined` for no credential, a throw for a bad one. */
export type AuthenticateStdio = (
  environment: Readonly<Record<string, string | undefined>>,
) => AuthInfo | undefined | Promise<AuthInfo | undefined>;

/** Who the client acts for. The procedures' own middleware decides after it, as always. */
export interface StdioAuthOptions {
  /** Asked once, before the first message is read. */
  authenticate: AuthenticateStdio;
  /** Refuses every request when the environment holds no credential. */
  required?: boolean;
}

export function toAuthOptions({ authenticate, required }: StdioAuthOptions): AuthOptions {
  return {
    authenticate: () => authenticate(process.env),
    ...(required !== undefined && { required }),
  };
}

/** A gate that knows no more than two answers: come in, and no. */
export interface StdioGate extends Gate {
  authenticate(...how: Parameters<Gate['authenticate']>): Promise<Admission | Refusal>;
}

/** A challenge tells HTTP clients how to sign in. Here nobody could answer it. */
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

/** Clients tell nobody what a handshake that failed said. */
const handshake = ['initialize', 'server/discover', 'ping'];

/** The answer to a caller who is not let in; `undefined` when the server has one: a handshake, or a tool's result. */
export function toRefusal(request: JSONRPCRequest, refusal: Refusal): JSONRPCMessage | undefined {
  const { id, method } = request;
  if (handshake.includes(method) || isToolCall(request)) return undefined;
  return toErrorMessage(toRpcError(toRefusalOutcome(refusal)), id) as JSONRPCMessage;
}

function withoutChallenge({ kind, status, message }: Refusal): Refusal {
  return { kind, status, message };
}

import type { AuthInfo, JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { AuthOptions, Gate, Refusal } from '../auth/gate.ts';
import { textOf, toRefused } from '../call/outcome.ts';
import { errorCodes } from '../protocol/exchange.ts';
import { isToolCall } from '../protocol/json-rpc.ts';

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
  authenticate(...how: Parameters<Gate['authenticate']>): Promise<{ auth: AuthInfo | undefined } | Refusal>;
}

/** A challenge tells HTTP clients how to sign in. Here nobody could answer it. */
export function withoutChallenges(gate: Gate): StdioGate {
  return {
    ...gate,
    challenge: '',
    async authenticate(...how) {
      const admitted = await gate.authenticate(...how);
      if (!('status' in admitted)) return admitted;
      // What HTTP has more words for, is a credential that cannot be used.
      return 'headers' in admitted ? { status: 401, message: admitted.message } : withoutChallenge(admitted);
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
  const { failed } = toRefused(refusal);
  const error = { code: errorCodes.invalidRequest, message: textOf(failed!, undefined) };
  return { jsonrpc: '2.0', id, error };
}

function withoutChallenge({ status, message }: Refusal): Refusal {
  return { status, message };
}

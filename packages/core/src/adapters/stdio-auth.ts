import type { AuthInfo, JSONRPCMessage, JSONRPCRequest } from '@modelcontextprotocol/server';
import type { AuthOptions, Gate, Refusal } from '../auth/gate.ts';
import { textOf, toRefused } from '../call/outcome.ts';
import { errorCodes } from '../protocol/exchange.ts';
import { isToolCall } from '../protocol/json-rpc.ts';

/** Finds out from the environment who is calling. Returns `undefined` without a credential, and throws when it is not valid. */
export type AuthenticateStdio = (
  environment: Readonly<Record<string, string | undefined>>,
) => AuthInfo | undefined | Promise<AuthInfo | undefined>;

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
  authenticate(...how: Parameters<Gate['authenticate']>): Promise<{ auth: AuthInfo | undefined } | Refusal>;
}

/** Removes the challenges of a gate. They tell HTTP clients how to sign in, which is not possible over stdio. */
export function withoutChallenges(gate: Gate): StdioGate {
  return {
    ...gate,
    challenge: '',
    async authenticate(...how) {
      const admitted = await gate.authenticate(...how);
      if (!('status' in admitted)) return admitted;
      // A rejection (400, 429 or 503) becomes a refusal, because stdio has no HTTP statuses.
      return 'headers' in admitted ? { status: 401, message: admitted.message } : withoutChallenge(admitted);
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
  const { failed } = toRefused(refusal);
  const error = { code: errorCodes.invalidRequest, message: textOf(failed!, undefined) };
  return { jsonrpc: '2.0', id, error };
}

function withoutChallenge({ status, message }: Refusal): Refusal {
  return { status, message };
}

import type { Result } from '@modelcontextprotocol/server';
import { type Failed, type Outcome, textOf } from '../call/outcome.ts';
import { toErrorResult } from '../call/result.ts';
import type { CallMethod, CallParams } from './call-by-name.ts';
import { errorCodes } from './exchange.ts';

/** A JSON-RPC error, where a result cannot say that something failed. */
export interface RpcError {
  code: number;
  message: string;
  data?: Record<string, unknown>;
}

/** What a client is answered. */
export type Answer =
  | {
      result: Result;
      /** The structured content as JSON, where it is the text too. */ json?: string | undefined;
    }
  | { error: RpcError };

/** The answer to a call. `undefined` as an outcome is a name that nothing answers to. */
export function toAnswer(method: CallMethod, params: CallParams, outcome: Outcome | undefined): Answer {
  if (!outcome) return { error: toUnknown(method, params) };
  const { told, failed, challenge } = outcome;
  if (told) return told;
  const text = textOf(failed!, challenge);
  if (method === 'tools/call') return { result: toErrorResult(text, failed!.meta) };
  return { error: toRpcError(failed!, text, params.uri) };
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#error-handling */
export function toRpcError({ code, meta }: Failed, message: string, uri?: string): RpcError {
  const data = { ...(uri !== undefined && { uri }), ...meta };
  return { code: rpcCodes[code] ?? errorCodes.internalError, message, data };
}

/** What the client can mend by asking for something else. The gate's own refusals are invalid requests too. */
const rpcCodes: Partial<Record<Failed['code'], number>> = {
  PARSE_ERROR: errorCodes.invalidParams,
  BAD_REQUEST: errorCodes.invalidParams,
  UNPROCESSABLE_CONTENT: errorCodes.invalidParams,
  NOT_FOUND: errorCodes.invalidParams,
  UNAUTHORIZED: errorCodes.invalidRequest,
  FORBIDDEN: errorCodes.invalidRequest,
};

function toUnknown(method: CallMethod, { name = '', uri = '' }: CallParams): RpcError {
  const code = errorCodes.invalidParams;
  if (method === 'resources/read') {
    return { code, message: `Resource not found: ${shorten(uri)}`, data: { uri: shorten(uri, 2000) } };
  }
  return { code, message: `Unknown ${method === 'tools/call' ? 'tool' : 'prompt'}: ${shorten(name)}` };
}

/** A name may be as long as a body. */
function shorten(name: string, length = 100): string {
  return name.length > length ? `${name.slice(0, length)}…` : name;
}

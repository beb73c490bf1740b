import type { Result } from '@modelcontextprotocol/server';
import { type FailureOutcome, type QuestionsOutcome, type Outcome, textOf } from '../call/outcome.ts';
import { toErrorResult } from '../call/result.ts';
import type { CallMethod, CallParams } from './call-by-name.ts';
import { errorCodes, type RpcError } from './json-rpc.ts';

/** The answer to a call: a result, or a JSON-RPC error if a result of this method cannot say that the call failed. */
export type Answer =
  | {
      kind: 'result';
      result: Result;
      /** The structured content as JSON, if there is one text beside it and nothing else. */
      json?: string;
      /** That text. Set together with `json`. */
      text?: string;
    }
  | { kind: 'error'; error: RpcError };

/** Converts an outcome into the answer. `undefined` stands for an item that is missing or hidden. */
export function toAnswer(
  method: CallMethod,
  params: CallParams,
  outcome: Exclude<Outcome, QuestionsOutcome> | undefined,
): Answer {
  if (!outcome) return { kind: 'error', error: toUnknown(method, params) };
  if (outcome.kind === 'missing') {
    return { kind: 'error', error: toUnknown(method, params, outcome.nearest) };
  }
  if (outcome.kind === 'incapable') return { kind: 'error', error: toMissingCapability(outcome.extension) };
  if (outcome.kind === 'result') return outcome;
  if (method !== 'tools/call') return { kind: 'error', error: toRpcError(outcome, params.uri) };
  return { kind: 'result', result: toErrorResult(textOf(outcome), withChallenge(outcome)) };
}

/**
 * Adds the challenge to what programs are told, where ChatGPT looks for it: it does not see the headers of an answer. The
 * body says it also where the answer has the status 401 or 403, so that it is the same with `return200ForErrors`.
 */
function withChallenge({ meta, challenge }: FailureOutcome): Record<string, unknown> {
  return challenge ? { ...meta, 'mcp/www_authenticate': [challenge] } : meta;
}

/**
 * Converts a failure into a JSON-RPC error. Refusals of every method are worded here.
 * @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#error-handling
 */
export function toRpcError(failure: FailureOutcome, uri?: string): RpcError {
  const error = { code: rpcCodes[failure.code] ?? errorCodes.internalError, message: textOf(failure) };
  // A refusal of the gate or of the context concerns no procedure, and its message says everything.
  if (failure.meta['path'] === undefined) return error;
  return { ...error, data: { ...(uri !== undefined && { uri }), ...failure.meta } };
}

/** The codes of failures that the client can avoid with another request. All others are internal errors. */
const rpcCodes: Partial<Record<FailureOutcome['code'], number>> = {
  PARSE_ERROR: errorCodes.invalidParams,
  BAD_REQUEST: errorCodes.invalidParams,
  UNPROCESSABLE_CONTENT: errorCodes.invalidParams,
  NOT_FOUND: errorCodes.invalidParams,
  UNAUTHORIZED: errorCodes.invalidRequest,
  FORBIDDEN: errorCodes.invalidRequest,
};

/** The error for a client that has not declared an extension. @see https://modelcontextprotocol.io/specification/2026-07-28/basic */
export function toMissingCapability(extension: string): RpcError {
  return {
    code: errorCodes.missingCapability,
    message: `Missing required client capability: this needs the extension ${extension}`,
    data: { requiredCapabilities: { extensions: { [extension]: {} } } },
  };
}

/** The error for an item that is missing or hidden. */
export function toUnknown(
  method: CallMethod,
  { name = '', uri = '' }: CallParams,
  nearest?: string,
): RpcError {
  const code = errorCodes.invalidParams;
  if (method === 'resources/read') {
    return { code, message: `Resource not found: ${shorten(uri)}`, data: { uri: shorten(uri, 2000) } };
  }
  const message = `Unknown ${method === 'tools/call' ? 'tool' : 'prompt'}: ${shorten(name)}`;
  return { code, message: nearest === undefined ? message : `${message}. Did you mean ${nearest}?` };
}

/** A client may send a name of several megabytes. */
function shorten(name: string, length = 100): string {
  return name.length > length ? `${name.slice(0, length)}…` : name;
}

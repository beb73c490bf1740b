import { errorCodes, type RpcError } from './json-rpc.ts';

/** The most messages that one batch may have. Each of them is a call. */
export const maxBatch = 100;

export const tooManyMessages: RpcError = {
  code: errorCodes.invalidRequest,
  message: `Invalid Request: Batch must not exceed ${maxBatch} messages`,
};

/** `inner` is the number of calls that are arguments of other calls. */
export function isTooManyMessages(message: unknown, inner = 0): boolean {
  return Array.isArray(message) && Math.max(message.length, inner) > maxBatch;
}

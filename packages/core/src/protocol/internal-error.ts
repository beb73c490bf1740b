import { type Report, reportThrown } from '../call/failure.ts';
import { errorCodes, type RpcError } from './json-rpc.ts';

/** Reports what was thrown where nobody expects it, and makes the error that the client reads. */
export function toInternalError(report: Report, thrown: unknown): RpcError {
  const message = `Internal error (reference ${reportThrown(report, thrown)})`;
  return { code: errorCodes.internalError, message };
}

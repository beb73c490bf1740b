import type { TRPCError } from '@trpc/server';
import { errorMeta } from '../../call/error-meta.ts';
import { toFailure } from '../../call/error.ts';
import { FinalError } from '../../call/final-error.ts';
import type { FailureOutcome } from '../../call/outcome.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { McpAuthInfo } from '../../meta.ts';
import { errorCodes, type RpcError } from '../json-rpc.ts';
import type { ServerParts } from '../serving.ts';

/** The end of a task whose process has died. */
export const died: RpcError = {
  code: errorCodes.internalError,
  message:
    'The process that ran this task has died, and it is not known how far it came. Check what was done before you call the tool again',
};

/** The end of a task whose process was closed. */
export const stopped: RpcError = {
  code: errorCodes.internalError,
  message:
    'The server was stopped before this task ended, and it is not known how far it came. Check what was done before you call the tool again',
};

/** Thrown for a caller to whom no task could belong. */
export function unknownCaller(): TRPCError {
  const message =
    'this tool runs as a task, which belongs to its caller, and the server does not know who is calling. The app has to set `subject` in what `auth.authenticate` returns, or the option `callerId`. Nothing was done';
  return new FinalError({ code: 'PRECONDITION_FAILED', message });
}

/** Makes the outcome of a call that could not become a task, and reports it. */
export function toTaskFailure(
  parts: ServerParts,
  tool: Tool,
  thrown: unknown,
  args: unknown,
  auth: McpAuthInfo | undefined,
): FailureOutcome {
  const source = { ctx: undefined, readInput: () => undefined, args };
  const failure = toFailure(thrown, tool, source, parts);
  const { error, reference, isForApp, code, text } = failure;
  parts.report({ error, reference, tool: tool.name, path: tool.path, auth }, { isForApp });
  return { kind: 'failure', code, text, meta: errorMeta(failure, tool, source, parts), status: 200 };
}

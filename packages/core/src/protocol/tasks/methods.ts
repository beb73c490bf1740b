import { ProtocolError, type Result, type Server, type ServerContext } from '@modelcontextprotocol/server';
import type { CallRequest } from '../../call/active-call.ts';
import type { Caller } from '../../call/caller.ts';
import { type Report, reportThrown } from '../../call/failure.ts';
import { toMissingCapability } from '../answer.ts';
import { anyParams, toProtocolError } from '../checking-server.ts';
import { errorCodes, type RpcError } from '../json-rpc.ts';
import type { Tasks } from '../serving.ts';
import { takesTasks, taskExtension } from './task.ts';

/** Serves the methods of the extension for tasks. @see https://modelcontextprotocol.io/extensions/tasks/overview */
export function serveTasks(
  server: Server,
  tasks: Tasks,
  report: Report,
  toRequest: (context: ServerContext) => CallRequest,
): void {
  const serve = (
    method: string,
    run: (taskId: string, caller: Caller, request: CallRequest) => Promise<Result | undefined>,
  ) =>
    server.setRequestHandler(method, { params: anyParams }, async (params, context) => {
      const request = toRequest(context);
      if (!takesTasks(request.capabilities)) throw toProtocolError(toMissingCapability(taskExtension));
      const { taskId } = params;
      if (typeof taskId !== 'string')
        throw malformed(`params.taskId ${'taskId' in params ? 'has to be a string' : 'is missing'}`, method);
      const result = await run(taskId, await request.caller(), request).catch((thrown: unknown): never => {
        if (thrown instanceof ProtocolError) throw thrown;
        reportThrown(report, thrown);
        throw toProtocolError(unreachable);
      });
      if (!result) throw toProtocolError(unknownTask);
      return result;
    });

  serve('tasks/get', async (taskId, caller) => tasks.get(taskId, caller) as Promise<Result | undefined>);
  // The SDK reads the answers by itself, of the params of every method.
  serve('tasks/update', async (taskId, caller, { responses }) => {
    if (!responses) throw malformed('params.inputResponses is missing', 'tasks/update');
    return (await tasks.update(taskId, caller, responses)) ? {} : undefined;
  });
  serve('tasks/cancel', async (taskId, caller) => ((await tasks.cancel(taskId, caller)) ? {} : undefined));
}

/** The same for a task that is not there, that has expired, and that is of somebody else. */
const unknownTask: RpcError = {
  code: errorCodes.invalidParams,
  message: 'Task not found: there is no task with this taskId, or its time is over',
};

const unreachable: RpcError = {
  code: errorCodes.internalError,
  message: 'The state of tasks cannot be reached right now; ask again later',
};

function malformed(what: string, method: string): ProtocolError {
  return toProtocolError({
    code: errorCodes.invalidParams,
    message: `Malformed params of ${method}: ${what}`,
  });
}

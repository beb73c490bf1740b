import type { CallRequest } from '../../call/active-call.ts';
import { callTool } from '../../call/call-tool.ts';
import type { Outcome } from '../../call/outcome.ts';
import type { Tool } from '../../catalog/tool.ts';
import type { ServerParts, Serving } from '../serving.ts';

/** Calls a tool, as a task where it has one and the client takes it. Returns `undefined` if it is hidden from this caller. */
export function runTool(
  parts: ServerParts,
  serving: Serving,
  tool: Tool,
  args: unknown,
  request: CallRequest,
): Promise<Outcome | undefined> {
  return tool.task && parts.tasks
    ? parts.tasks.call(tool, args, serving, request)
    : callTool(parts, tool, args, request, serving.exchange);
}

import { isRecord } from '../../record.ts';
import type { TaskInfo } from '../../call/task-info.ts';
import type { End, Facts, Stage, Task } from './record.ts';

/** @see https://modelcontextprotocol.io/extensions/tasks/overview */
export const taskExtension = 'io.modelcontextprotocol/tasks';

/** Whether a client has declared that it can be given tasks. */
export function takesTasks(capabilities: { extensions?: unknown } | undefined): boolean {
  return isRecord(capabilities?.extensions) && isRecord(capabilities.extensions[taskExtension]);
}

/** Makes what a client is told of a task. `unanswered` are the keys of the questions that have no answer yet. */
export function toTask(
  facts: Facts,
  stage: Stage | undefined,
  end: End | undefined,
  unanswered: readonly string[] = [],
): Task {
  const { id, createdAt, ttlMs, pollMs } = facts;
  const common = {
    taskId: id,
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(end?.endedAt ?? stage?.updatedAt ?? createdAt).toISOString(),
    // The result is kept for as long as the task was allowed to run.
    ttlMs: end ? end.endedAt - createdAt + ttlMs : ttlMs,
    pollIntervalMs: pollMs,
  };
  if (end) {
    const { endedAt: _, ...rest } = end;
    return { ...common, ...rest, ...messageOf(end, stage) };
  }
  const message = stage?.message === undefined ? {} : { statusMessage: stage.message };
  if (unanswered.length === 0) return { ...common, status: 'working', ...message };
  const requests = unanswered.map((key) => [key, stage!.open!.requests[stage!.keys![key]!]!] as const);
  return { ...common, status: 'input_required', ...message, inputRequests: Object.fromEntries(requests) };
}

/** The same, as the app is told of it. */
export function toInfo(
  { id, tool, createdAt }: Facts,
  { status, statusMessage, lastUpdatedAt }: Task,
): TaskInfo {
  return {
    id,
    tool,
    status,
    ...(statusMessage !== undefined && { statusMessage }),
    createdAt: new Date(createdAt),
    lastUpdatedAt: new Date(lastUpdatedAt),
  };
}

function messageOf(end: End, stage: Stage | undefined): { statusMessage?: string } {
  if (end.status === 'failed') return { statusMessage: end.error.message };
  return stage?.message === undefined ? {} : { statusMessage: stage.message };
}

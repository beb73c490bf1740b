import type { McpTask } from '../meta.ts';

/** How the calls of a tool become tasks. The times are milliseconds. */
export interface TaskRules {
  ttlMs: number;
  pollMs: number;
  after: number;
  isRequired: boolean;
}

const defaultTtlMs = 3_600_000;
const defaultPollMs = 1000;

/** Reads the setting `task`. Returns `undefined` for a tool whose calls never become tasks. */
export function toTaskRules(task: true | McpTask | undefined): TaskRules | undefined {
  if (task === undefined) return undefined;
  const {
    ttlMs = defaultTtlMs,
    pollMs = defaultPollMs,
    after = 0,
    required = false,
  } = task === true ? {} : task;
  return { ttlMs, pollMs, after, isRequired: required };
}

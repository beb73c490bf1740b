/** A check as the suite writes it into `checks.json`. */
export interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
  details?: unknown;
}

/** A scenario that was run, or that should have run. */
export interface Scenario {
  name: string;
  /** Whether the revision requires that it passes. */
  required: boolean;
  checks: Check[];
}

/**
 * `warned` passes too: a recommendation is not followed. `skipped` means that there was nothing to check, and `partial` that
 * some of the checks were not made, while the others passed.
 */
export type Outcome = 'passed' | 'partial' | 'warned' | 'failed' | 'skipped';

/** Finds the result of a scenario. A scenario without results has failed, because the suite crashed in it. */
export function outcomeOf({ checks }: Scenario): Outcome {
  const has = (status: Check['status']) => checks.some((check) => check.status === status);
  if (checks.length === 0 || has('FAILURE')) return 'failed';
  if (has('WARNING')) return 'warned';
  if (!checks.some((check) => check.status === 'SUCCESS' && check.id !== schemaCheck)) return 'skipped';
  return checks.some(isOmitted) ? 'partial' : 'passed';
}

/** Lists the suite's complaints, and what it did not check, one line for each check. */
export function complaintsOf({ checks }: Scenario): string[] {
  if (checks.length === 0) return ['it did not run to its end'];
  return checks
    .filter((check) => check.status === 'FAILURE' || check.status === 'WARNING' || isOmitted(check))
    .map(({ id, status, errorMessage, details }) => `${status} ${id}: ${errorMessage ?? messageOf(details)}`);
}

/** Compares every message with the schema of the protocol. It is in every scenario, also in those that test nothing else. */
const schemaCheck = 'wire-schema-valid';

/** What the suite writes down of what it sent and got. Every other note says that something could not be tested. */
const logs = new Set(['outgoing-request', 'incoming-response', 'incoming-sse-event', 'stream-closed']);

function isOmitted({ id, status }: Check): boolean {
  return status === 'SKIPPED' || (status === 'INFO' && !logs.has(id));
}

function messageOf(details: unknown): string {
  const message = (details as { message?: unknown } | undefined)?.message;
  return typeof message === 'string' ? message : 'no message';
}

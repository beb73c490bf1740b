/** A check as the suite writes it into `checks.json`. */
export interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

/** A scenario that was run, or should have been. */
export interface Scenario {
  name: string;
  /** Whether the revision demands that it passes. */
  required: boolean;
  checks: Check[];
}

/** `warned` passes too: something that should be is not, but need not be. `skipped` had nothing to look at. */
export type Outcome = 'passed' | 'warned' | 'failed' | 'skipped';

/** What became of a scenario. One that left nothing behind has failed: the suite itself broke in it. */
export function outcomeOf({ checks }: Scenario): Outcome {
  const has = (status: Check['status']) => checks.some((check) => check.status === status);
  if (checks.length === 0 || has('FAILURE')) return 'failed';
  if (has('WARNING')) return 'warned';
  return has('SUCCESS') ? 'passed' : 'skipped';
}

/** What the suite says against it, a line for each check. */
export function complaintsOf({ checks }: Scenario): string[] {
  if (checks.length === 0) return ['it did not run to its end'];
  return checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? 'no message'}`);
}

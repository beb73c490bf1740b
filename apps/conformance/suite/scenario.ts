/** A check as the suite writes it into `checks.json`. */
export interface Check {
  id: string;
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  errorMessage?: string;
}

/** A scenario that was run, or that should have run. */
export interface Scenario {
  name: string;
  /** Whether the revision requires that it passes. */
  required: boolean;
  checks: Check[];
}

/** `warned` passes too: a recommendation is not followed. `skipped` means that there was nothing to check. */
export type Outcome = 'passed' | 'warned' | 'failed' | 'skipped';

/** Finds the result of a scenario. A scenario without results has failed, because the suite crashed in it. */
export function outcomeOf({ checks }: Scenario): Outcome {
  const has = (status: Check['status']) => checks.some((check) => check.status === status);
  if (checks.length === 0 || has('FAILURE')) return 'failed';
  if (has('WARNING')) return 'warned';
  return has('SUCCESS') ? 'passed' : 'skipped';
}

/** Lists the suite's complaints, one line for each check. */
export function complaintsOf({ checks }: Scenario): string[] {
  if (checks.length === 0) return ['it did not run to its end'];
  return checks
    .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
    .map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? 'no message'}`);
}

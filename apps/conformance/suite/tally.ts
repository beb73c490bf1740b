import { type Outcome, outcomeOf, type Scenario } from './scenario.ts';

/** The counts of a run. */
export interface Tally {
  required: Counts;
  /** Of extensions, of scenarios that the suite marks as unfinished, and of those that came after the revision. */
  others: Counts;
}

/** What passed of some scenarios. */
export interface Counts {
  scenarios: Count;
  /** The checks in them. Notes and skipped checks are not counted. */
  checks: Count;
  /** The names of the scenarios that passed. */
  passed: string[];
}

export interface Count {
  passed: number;
  all: number;
}

export function tally(scenarios: Scenario[]): Tally {
  return {
    // A required scenario with warnings passes, as in the suite itself.
    required: count(
      scenarios.filter(({ required }) => required),
      ['passed', 'partial', 'warned'],
    ),
    others: count(
      scenarios.filter(({ required }) => !required),
      ['passed', 'partial'],
    ),
  };
}

function count(scenarios: Scenario[], passes: Outcome[]): Counts {
  const checks = scenarios.flatMap((scenario) => scenario.checks);
  const succeeded = checks.filter(({ status }) => status === 'SUCCESS').length;
  const failed = checks.filter(({ status }) => status === 'FAILURE').length;
  const passed = scenarios.filter((scenario) => passes.includes(outcomeOf(scenario))).map(({ name }) => name);
  return {
    scenarios: { passed: passed.length, all: scenarios.length },
    checks: { passed: succeeded, all: succeeded + failed },
    passed: passed.toSorted(),
  };
}

import { outcomeOf, type Scenario } from './scenario.ts';

/** The counts of a run. */
export interface Tally {
  required: Count;
  /** Of the required scenarios. Notes, and what had nothing to look at, are not counted. */
  checks: Count;
  /** Scenarios that are run beside them: extensions, and what the suite holds for unfinished. */
  other: Count;
}

export interface Count {
  passed: number;
  all: number;
}

export function tally(scenarios: Scenario[]): Tally {
  const required = scenarios.filter((scenario) => scenario.required);
  const checks = required.flatMap((scenario) => scenario.checks);
  const passed = checks.filter(({ status }) => status === 'SUCCESS').length;
  const failed = checks.filter(({ status }) => status === 'FAILURE').length;
  return {
    required: countPassed(required),
    checks: { passed, all: passed + failed },
    other: countPassed(scenarios.filter((scenario) => !scenario.required)),
  };
}

/** The suite, too, lets a scenario pass that it only warns of. */
function countPassed(scenarios: Scenario[]): Count {
  const passed = scenarios.filter((scenario) => ['passed', 'warned'].includes(outcomeOf(scenario)));
  return { passed: passed.length, all: scenarios.length };
}

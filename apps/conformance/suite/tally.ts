import { outcomeOf, type Scenario } from './scenario.ts';

/** The counts of a run. */
export interface Tally {
  required: Count;
  /** The checks in the required scenarios. Notes and skipped checks are not counted. */
  checks: Count;
  /**
   * The scenarios that pass although they are not required: extensions, and scenarios that the suite marks as
   * unfinished.
   */
  beyond: string[];
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
  const beyond = scenarios.filter((scenario) => !scenario.required && outcomeOf(scenario) === 'passed');
  return {
    required: { passed: required.filter(isPass).length, all: required.length },
    checks: { passed, all: passed + failed },
    beyond: beyond.map(({ name }) => name).toSorted(),
  };
}

/** A scenario with only warnings passes, as in the suite itself. */
function isPass(scenario: Scenario): boolean {
  return ['passed', 'warned'].includes(outcomeOf(scenario));
}

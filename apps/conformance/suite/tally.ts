import { outcomeOf, type Scenario } from './scenario.ts';

/** The counts of a run. */
export interface Tally {
  required: Count;
  /** Of the required scenarios. Notes, and what had nothing to look at, are not counted. */
  checks: Count;
  /** The scenarios that pass beside them: extensions, and what the suite holds for unfinished. */
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

/** The suite, too, lets a scenario pass that it only warns of. */
function isPass(scenario: Scenario): boolean {
  return ['passed', 'warned'].includes(outcomeOf(scenario));
}

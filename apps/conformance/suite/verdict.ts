import type { ExpectedFailure } from './expected-failures.ts';
import type { Run } from './run.ts';
import { complaintsOf, type Outcome, outcomeOf, type Scenario } from './scenario.ts';

/**
 * Lists what is wrong with a run, one paragraph for each problem. The list is empty if every scenario has its
 * expected result.
 */
export function judge(run: Run, scenarios: Scenario[], expected: ExpectedFailure[]): string[] {
  if (scenarios.length === 0) return ['the suite has run nothing'];
  const problems: string[] = [];
  for (const scenario of scenarios) {
    const outcome = outcomeOf(scenario);
    const wanted = expectedOutcome(run, scenario.name, expected);
    if (outcome === (wanted ?? 'passed')) continue;
    const verdict = wanted === undefined ? outcome : `${outcome}, where expected-failures.ts says ${wanted}`;
    problems.push([`${scenario.name}: ${verdict}`, ...complaintsOf(scenario)].join('\n    '));
  }
  for (const name of namesExpectedIn(run, expected)) {
    if (!scenarios.some((scenario) => scenario.name === name))
      problems.push(`${name} is in expected-failures.ts, but the suite has no such scenario`);
  }
  return problems;
}

/** Lists the scenarios that a suite has and that no run has run. */
export function judgeCoverage(listed: string[], ran: Set<string>): string[] {
  return listed.filter((name) => !ran.has(name)).map((name) => `${name} is in the suite, but no run runs it`);
}

/** Lists what is wrong with a run against an authorization server, where every scenario has to pass, without a warning. */
export function judgeAuthorization(scenarios: Scenario[]): string[] {
  if (scenarios.length === 0) return ['the suite has run nothing'];
  return scenarios
    .filter((scenario) => outcomeOf(scenario) !== 'passed')
    .map((scenario) =>
      [`${scenario.name}: ${outcomeOf(scenario)}`, ...complaintsOf(scenario)].join('\n    '),
    );
}

/** The failures that a run is expected to have. */
export function expectedIn(run: Run, expected: ExpectedFailure[]): ExpectedFailure[] {
  return expected.filter(({ where }) =>
    Object.entries(where).every(([key, value]) => run[key as keyof Run] === value),
  );
}

function expectedOutcome(run: Run, name: string, expected: ExpectedFailure[]): Outcome | undefined {
  return expectedIn(run, expected).find(({ scenarios }) => scenarios.includes(name))?.outcome;
}

function namesExpectedIn(run: Run, expected: ExpectedFailure[]): string[] {
  return expectedIn(run, expected).flatMap(({ scenarios }) => scenarios);
}

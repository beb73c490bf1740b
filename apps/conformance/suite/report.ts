import type { ExpectedFailure } from './expected-failures.ts';
import type { Run } from './run.ts';
import type { Count, Tally } from './tally.ts';
import { expectedIn } from './verdict.ts';

/** A run with the expected results. */
export interface Finished {
  run: Run;
  /** The version of the suite. */
  version: string;
  tally: Tally;
}

/** The results of the scenarios for authorization servers. */
export interface Authorized {
  title: string;
  /** The version of the suite. */
  version: string;
  tally: Tally;
}

/** Writes the counts, and the reasons for failures, as Markdown. */
export function printReport(finished: Finished[], expected: ExpectedFailure[]): string {
  const counts = finished.map(({ run, version, tally: { required, others } }) => [
    titleOf(run),
    version,
    toText(required.scenarios),
    toText(required.checks),
    toText(others.scenarios),
    toText(others.checks),
  ]);
  const passed = finished
    .filter(({ tally: { others } }) => others.passed.length > 0)
    .map(({ run, version, tally: { others } }) => [titleOf(run), version, toCode(others.passed)]);
  const reasons = expected.map((failure) => {
    const seenIn = finished.filter(({ run }) => expectedIn(run, expected).includes(failure));
    const titles = [...new Set(seenIn.map(({ run }) => titleOf(run)))];
    return [toCode(failure.scenarios), titles.join('; '), failure.outcome, failure.reason];
  });
  return [
    toTable(
      ['revision', 'suite', 'required scenarios', 'checks in them', 'other scenarios', 'checks in them'],
      counts,
    ),
    toTable(['revision', 'suite', 'passed, though not required'], passed),
    toTable(
      ['what does not pass whole', 'revision', 'result', 'why'],
      reasons.filter(([, titles]) => titles !== ''),
    ),
  ].join('\n\n');
}

/** Writes the counts of the scenarios for authorization servers as Markdown. */
export function printAuthorization(authorized: Authorized[]): string {
  return toTable(
    ['`@trpc-mcp/oauth`', 'suite', 'scenarios', 'checks in them'],
    authorized.map(({ title, version, tally: { required } }) => [
      title,
      version,
      toText(required.scenarios),
      toText(required.checks),
    ]),
  );
}

function titleOf({ revision, legacy }: Run): string {
  return revision === '2026-07-28' ? revision : `${revision}, ${legacy}`;
}

function toTable(head: string[], rows: string[][]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function toText({ passed, all }: Count): string {
  return all === 0 ? '–' : `${passed} of ${all}`;
}

function toCode(names: string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

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
  const rows = finished.map(({ run, version, tally }) => [
    run.revision === '2026-07-28' ? run.revision : `${run.revision}, ${run.legacy}`,
    version,
    toText(tally.required),
    toText(tally.checks),
    tally.beyond.length === 0 ? '–' : tally.beyond.map(code).join(', '),
  ]);
  const head = ['revision', 'suite', 'required scenarios', 'checks in them', 'passed, though not required'];
  const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const seen = expected.filter((failure) =>
    finished.some(({ run }) => expectedIn(run, expected).includes(failure)),
  );
  const reasons = seen.map(({ scenarios, reason }) => `| ${scenarios.map(code).join(', ')} | ${reason} |`);
  return [...table, '', '| what fails, or is warned of | why |', '| --- | --- |', ...reasons].join('\n');
}

/** Writes the counts of the scenarios for authorization servers as Markdown. */
export function printAuthorization(authorized: Authorized[]): string {
  const rows = authorized.map(
    ({ title, version, tally }) =>
      `| ${title} | ${version} | ${toText(tally.required)} | ${toText(tally.checks)} |`,
  );
  return [
    '| `@trpc-mcp/oauth` | suite | scenarios | checks in them |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

function toText({ passed, all }: Count): string {
  return `${passed} of ${all}`;
}

function code(name: string): string {
  return `\`${name}\``;
}

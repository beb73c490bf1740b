import { type EvalCaseReport, type EvalReport, type EvalStatus, explainCase } from './report.ts';

/** Writes a report as JUnit XML, which CI systems show as tests. `suite` names the file of the evals. */
export function writeJUnit(report: EvalReport, suite: string): string {
  const { cases, totals } = report;
  const seconds = cases.reduce((sum, each) => sum + secondsOf(each), 0).toFixed(3);
  const counts = `tests="${totals.cases}" failures="${totals.failed + totals.stale}" errors="${totals.error}" skipped="${totals.skipped + totals.cancelled}" time="${seconds}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="trpc-mcp eval" ${counts}>`,
    `  <testsuite name="${escape(suite)}" ${counts}>`,
    ...cases.flatMap((each) => writeCase(each, suite)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function writeCase(each: EvalCaseReport, suite: string): string[] {
  const head = `    <testcase name="${escape(each.name)}" classname="${escape(suite)}" time="${secondsOf(each).toFixed(3)}"`;
  const why = explainCase(each);
  const text = escape([...why, ...each.notes].join('\n'));
  const message = escape(why[0] ?? '');
  const body: Readonly<Record<EvalStatus, string | undefined>> = {
    passed: undefined,
    failed: `<failure type="failed" message="${message}">${text}</failure>`,
    stale: `<failure type="stale" message="${message}">${text}</failure>`,
    error: `<error type="error" message="${message}">${text}</error>`,
    skipped: `<skipped message="${message}"/>`,
    cancelled: '<skipped message="The run was ended before this case had."/>',
  };
  const found = body[each.status];
  return found === undefined ? [`${head}/>`] : [`${head}>`, `      ${found}`, '    </testcase>'];
}

function secondsOf({ runs }: EvalCaseReport): number {
  return runs.reduce((sum, { ms }) => sum + ms, 0) / 1000;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
  '\t': '&#9;',
  '\r': '&#13;',
};

/** XML has no place for other characters of control, and for halves of characters. */
function escape(text: string): string {
  return (
    text
      // oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
      .replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu, '\uFFFD')
      .replaceAll(/[&<>"\n\t\r]/g, (character) => entities[character]!)
  );
}

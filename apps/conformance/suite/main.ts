// Runs the official suite in every way that `run.ts` names, with the fast lane on and off, and against the authorization server of
// `@trpc-mcp/oauth` as `authorization.ts` says. It fails when a scenario does not come
// out as `expected-failures.ts` says, and when docs/reference/conformance.md quotes other counts; UPDATE_DOCS=1 writes them there.
import { isDeepStrictEqual } from 'node:util';
import { startApp } from './app.ts';
import { authorizationRuns, takeAuthorization } from './authorization.ts';
import { runSuite, versionOf } from './conformance.ts';
import { expectedFailures } from './expected-failures.ts';
import { isQuoted, writeQuote } from './page.ts';
import { type Authorized, type Finished, printAuthorization, printReport } from './report.ts';
import { type Run, runs } from './run.ts';
import { tally, type Tally } from './tally.ts';
import { judge, judgeAuthorization } from './verdict.ts';

const problems: string[] = [];
const finished: Finished[] = [];

for (const run of runs) {
  const version = await versionOf(run.suite);
  const [on, off] = [await take(run, version, true), await take(run, version, false)];
  if (!isDeepStrictEqual(on, off))
    problems.push(`${run.revision} (${version}): the fast lane changes the counts`);
  finished.push({ run, version, tally: on });
}

const authorized: Authorized[] = [];
const suite = '@modelcontextprotocol/conformance';
for (const run of authorizationRuns) {
  const scenarios = await takeAuthorization(run);
  const found = judgeAuthorization(scenarios);
  const title = `authorization server, suite ${await versionOf(suite)}: ${run.title}`;
  problems.push(...found.map((problem) => `${title}: ${problem}`));
  const counts = tally(scenarios);
  console.log(
    `${found.length === 0 ? '✓' : '✗'} ${title}: ${counts.required.passed} of ${counts.required.all}`,
  );
  authorized.push({ title: run.title, version: await versionOf(suite), tally: counts });
}

const report = [printReport(finished, expectedFailures), printAuthorization(authorized)].join('\n\n');
console.log(`\n${report}\n`);
if (problems.length === 0 && !(await isQuoted(report))) {
  if (process.env['UPDATE_DOCS'] !== undefined) await writeQuote(report);
  else
    problems.push(
      'docs/reference/conformance.md quotes other counts. Write these with UPDATE_DOCS=1 npx -y pnpm@12 --filter conformance suite',
    );
}
for (const problem of problems) console.error(`✗ ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;

async function take(run: Run, version: string, fastLane: boolean): Promise<Tally> {
  const title = `${run.revision}, ${run.legacy}, suite ${version}, fast lane ${fastLane ? 'on' : 'off'}`;
  const app = await startApp({ fastLane, legacy: run.legacy });
  try {
    const scenarios = await runSuite(run, app.url);
    const found = judge(run, scenarios, expectedFailures);
    problems.push(...found.map((problem) => `${title}: ${problem}`));
    const counts = tally(scenarios);
    const { required, checks, beyond } = counts;
    console.log(
      `${found.length === 0 ? '✓' : '✗'} ${title}: ${required.passed} of ${required.all} required scenarios, ` +
        `${checks.passed} of ${checks.all} checks, ${beyond.length} more scenarios`,
    );
    return counts;
  } finally {
    await app.stop();
  }
}

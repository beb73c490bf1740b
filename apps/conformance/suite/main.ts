// Runs the official suite in every way that `run.ts` names, with the fast lane on and off, and against the authorization server of
// `@trpc-mcp/oauth` as `authorization.ts` says. It fails when a scenario does not come out as `expected-failures.ts` says, when no
// run runs it, and when docs/reference/conformance.md quotes other counts; UPDATE_DOCS=1 writes them there.
import { isDeepStrictEqual } from 'node:util';
import { startApp } from './app.ts';
import { authorizationRuns, takeAuthorization } from './authorization.ts';
import { type Listed, listRequired, listScenarios, runSuite, versionOf } from './conformance.ts';
import { expectedFailures } from './expected-failures.ts';
import { isQuoted, writeQuote } from './page.ts';
import { type Authorized, type Finished, printAuthorization, printReport } from './report.ts';
import { type Run, runs } from './run.ts';
import { tally, type Tally } from './tally.ts';
import { judge, judgeAuthorization, judgeCoverage } from './verdict.ts';

const problems: string[] = [];
const finished: Finished[] = [];

for (const suite of new Set(runs.map((run) => run.suite))) {
  const version = await versionOf(suite);
  const listed = await listScenarios(suite);
  const ran = new Set<string>();
  for (const run of runs.filter((each) => each.suite === suite)) {
    const required = await listRequired(run);
    // The two are two servers in two processes, which share nothing.
    const [on, off] = await Promise.all(
      [true, false].map((fastLane) => take(run, { version, listed, required, fastLane, ran })),
    );
    if (!isDeepStrictEqual(on, off))
      problems.push(`${run.revision} (${version}): the fast lane changes the counts`);
    finished.push({ run, version, tally: on! });
  }
  const found = judgeCoverage(
    listed.map(({ name }) => name),
    ran,
  );
  problems.push(...found.map((problem) => `suite ${version}: ${problem}`));
}

const authorized: Authorized[] = [];
const suite = '@modelcontextprotocol/conformance';
for (const run of authorizationRuns) {
  const scenarios = await takeAuthorization(run);
  const found = judgeAuthorization(scenarios);
  const title = `authorization server, suite ${await versionOf(suite)}: ${run.title}`;
  problems.push(...found.map((problem) => `${title}: ${problem}`));
  const counts = tally(scenarios);
  const { passed, all } = counts.required.scenarios;
  console.log(`${found.length === 0 ? '✓' : '✗'} ${title}: ${passed} of ${all}`);
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

interface Take {
  /** The version of the suite. */
  version: string;
  listed: Listed[];
  required: string[];
  fastLane: boolean;
  /** Gets the names of the scenarios. */
  ran: Set<string>;
}

async function take(run: Run, { version, listed, required, fastLane, ran }: Take): Promise<Tally> {
  const title = `${run.revision}, ${run.legacy}, suite ${version}, fast lane ${fastLane ? 'on' : 'off'}`;
  const extras = listed
    .filter(({ name, isExtension }) => isExtension && run.extensions?.test(name))
    .map(({ name }) => name);
  const app = await startApp({ fastLane, legacy: run.legacy });
  try {
    const scenarios = await runSuite(run, app.url, required, extras);
    for (const { name } of scenarios) ran.add(name);
    const found = judge(run, scenarios, expectedFailures);
    problems.push(...found.map((problem) => `${title}: ${problem}`));
    const counts = tally(scenarios);
    const { required: wanted, others } = counts;
    console.log(
      `${found.length === 0 ? '✓' : '✗'} ${title}: ${wanted.scenarios.passed} of ${wanted.scenarios.all} required scenarios, ` +
        `${wanted.checks.passed} of ${wanted.checks.all} checks, ${others.scenarios.passed} of ${others.scenarios.all} others`,
    );
    return counts;
  } finally {
    await app.stop();
  }
}

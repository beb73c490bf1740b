import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findWrk } from './load/wrk.ts';
import { toMarkdown } from './report/results.ts';
import { toRowTable } from './report/row.ts';
import { describeMachine, pinLoad } from './run/cores.ts';
import { ownGenerator, wrkGenerator } from './run/generator.ts';
import { judgeNoise } from './run/noise.ts';
import { readVersions } from './run/versions.ts';
import { createWatch } from './run/watch.ts';
import type { Bench, Found, Scale } from './section.ts';
import { control, pickSections, type SectionName, sections } from './sections/sections.ts';

// Measures everything in one run, prints it, and writes RESULTS.md: `bench`. With names of sections it measures those and only
// prints: `bench floor cold`. `--short` shows that the benchmark works, in little time, and only prints as well.

const { values, positionals } = parseArgs({
  options: { short: { type: 'boolean' }, quick: { type: 'boolean' } },
  allowPositionals: true,
});
const isShort = values.short ?? values.quick ?? (process.env['SHORT'] ?? process.env['QUICK']) !== undefined;
const names = pickSections(positionals);

const full: Scale = {
  pair: { blocks: 4, ms: 800, warmUpMs: 1500, warmUpRequests: 8000 },
  survey: { rounds: 4, ms: 250, warmUpMs: 300 },
  clients: 10_000,
  starts: 12,
  typeChecks: 3,
  edits: 2,
};
const short: Scale = {
  pair: { blocks: 1, ms: 200, warmUpMs: 200, warmUpRequests: 200 },
  survey: { rounds: 2, ms: 70, warmUpMs: 70 },
  clients: 500,
  starts: 3,
  typeChecks: 1,
  edits: 1,
};

pinLoad();
const watch = createWatch();
const bench: Bench = { scale: isShort ? short : full, watch, own: ownGenerator(), wrk: wrkGenerator };
const before = await timed('control', () => control(bench));
const found: Found[] = [];
for (const name of names) {
  const seen = await timed(name, () => measureOrSay(name));
  // A whole run takes long: whoever waits, or ends it early, sees what there is.
  if (seen.rows.length > 0) console.error(toRowTable(seen.rows));
  found.push(seen);
}
const after = await timed('control', () => control(bench));

const controls = [...before.rows, ...after.rows];
const disturbance = watch.disturbance();
const text = toMarkdown({
  machine: describeMachine(),
  versions: readVersions(),
  scale: bench.scale,
  isShort,
  wrk: findWrk(),
  noise: judgeNoise(
    controls.map(({ decides }) => decides),
    disturbance,
  ),
  disturbance,
  controls,
  found,
});
console.log(text);
if (!isShort && positionals.length === 0) {
  const file = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
  await writeFile(file, text);
  const prettier = fileURLToPath(new URL('../../node_modules/.bin/prettier', import.meta.url));
  execFileSync(prettier, ['--write', file], { stdio: 'ignore' });
}

/** A section that fails takes nothing with it of what others have measured. */
async function measureOrSay(name: SectionName): Promise<Found> {
  try {
    return await sections[name](bench);
  } catch (error) {
    process.exitCode = 1;
    console.error(error);
    // Its message may have paths of this machine in it.
    return {
      rows: [],
      tables: `## Not measured: ${name}\n\nThe section failed. What the run printed says why.\n`,
    };
  }
}

async function timed<TResult>(title: string, work: () => Promise<TResult>): Promise<TResult> {
  const start = performance.now();
  const result = await work();
  console.error(`${title}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  return result;
}

import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { toMarkdown } from './report/results.ts';
import { describeMachine, pinLoad } from './run/cores.ts';
import type { Pace } from './run/measure.ts';
import { readVersions } from './run/versions.ts';
import { measureCalls } from './sections/calls.ts';
import { measureGrowth } from './sections/growth.ts';
import { measureIdle } from './sections/idle.ts';
import { measureKinds } from './sections/kinds.ts';
import { measureTools } from './sections/tools.ts';
import { measureTypes } from './sections/types.ts';

// Measures everything in one run, and writes RESULTS.md. `--quick` is a smoke test, which only prints.

const { values } = parseArgs({
  options: { quick: { type: 'boolean' }, rounds: { type: 'string' }, tools: { type: 'string' } },
  allowPositionals: true,
});
const isQuick = values.quick ?? process.env['QUICK'] !== undefined;

const full: Pace = { rounds: Number(values.rounds ?? 7), ms: 400, warmUpMs: 600 };
const quick: Pace = { rounds: 2, ms: 70, warmUpMs: 70 };
// A small app. The other libraries do more work for each request in a larger one.
const routerSize = Number(values.tools ?? 10);
const pace = isQuick ? quick : full;
const shorter: Pace = isQuick ? quick : { ...full, rounds: 5 };

pinLoad();
const calls = await timed('calls', () => measureCalls(routerSize, pace));
const tools = await timed('tools', () => measureTools(isQuick ? [10, 1000] : [10, 100, 1000, 5000], shorter));
const kinds = await timed('kinds', () => measureKinds(shorter));
const growth = await timed('growth', () => measureGrowth(shorter));
const idle = await timed('idle clients', () => measureIdle(isQuick ? 1000 : 10_000));
const types = await timed('types', () => measureTypes(500, isQuick ? 1 : 3));

const results = { machine: describeMachine(), versions: readVersions(), pace, isQuick, routerSize };
const text = toMarkdown({ ...results, calls, tools, kinds, growth, idle, types });
console.log(text);
if (!isQuick) {
  const file = fileURLToPath(new URL('../RESULTS.md', import.meta.url));
  await writeFile(file, text);
  const prettier = fileURLToPath(new URL('../../node_modules/.bin/prettier', import.meta.url));
  execFileSync(prettier, ['--write', file], { stdio: 'ignore' });
}

async function timed<TResult>(title: string, work: () => Promise<TResult>): Promise<TResult> {
  const before = performance.now();
  const result = await work();
  console.error(`${title}: ${((performance.now() - before) / 1000).toFixed(0)} s`);
  return result;
}

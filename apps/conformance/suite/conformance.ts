import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeForSuite } from './node.ts';
import type { Run } from './run.ts';
import type { Check, Scenario } from './scenario.ts';

const modules = fileURLToPath(new URL('./node_modules', import.meta.url));
const limitMs = 5 * 60_000;

/** Runs the suite against a server, and reads the result files, because the exit code says too little. */
export async function runSuite({ suite, select, list }: Run, url: string): Promise<Scenario[]> {
  const required = readNames(await runCli(suite, ['list', ...list]));
  if (required.length === 0) throw new Error(`${suite} lists no server scenarios`);
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const printed = await runCli(suite, ['server', '--url', url, ...select, '--output-dir', results]);
    const found = await readResults(results);
    if (found.size === 0) throw new Error(`${suite} has left no results:\n${printed.slice(-2000)}`);
    const names = new Set([...required, ...found.keys()]);
    return [...names].map((name) => ({
      name,
      required: required.includes(name),
      checks: found.get(name) ?? [],
    }));
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}

/** Reads the installed version of a suite. */
export async function versionOf(suite: Run['suite']): Promise<string> {
  const text = await readFile(join(modules, suite, 'package.json'), 'utf8').catch((cause: unknown) => {
    throw new Error(`${suite} is not installed; run "npx -y pnpm@12 install"`, { cause });
  });
  return (JSON.parse(text) as { version: string }).version;
}

async function runCli(suite: Run['suite'], args: string[]): Promise<string> {
  const child = spawn(nodeForSuite(), [join(modules, suite, 'dist/index.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await once(child, 'close');
  return printed;
}

/** The names under the heading of those for servers: `  - ping [2025-06-18,2025-11-25]`. */
function readNames(printed: string): string[] {
  const [, rest = ''] = printed.split(/^Server scenarios.*$/m);
  const [section = ''] = rest.trimStart().split(/\n\s*\n/);
  return [...section.matchAll(/^\s*- (\S+)/gm)].map(([, name]) => name!);
}

/** The checks of each scenario, from folders such as `server-ping-2026-11-22T15-30-00-000Z`. */
async function readResults(results: string): Promise<Map<string, Check[]>> {
  const found = new Map<string, Check[]>();
  for (const folder of await readdir(results)) {
    const name = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder)?.[1];
    if (name === undefined) throw new Error(`${folder} is no folder of a scenario`);
    // If a scenario crashed, its folder is empty.
    const text = await readFile(join(results, folder, 'checks.json'), 'utf8').catch(() => '[]');
    found.set(name, JSON.parse(text) as Check[]);
  }
  return found;
}

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

/** A scenario for servers, as a suite lists it. */
export interface Listed {
  name: string;
  /** Extensions belong to no revision, so the requirements of a revision may leave out their scenarios. */
  isExtension: boolean;
}

/** Lists all scenarios for servers that a suite has. */
export async function listScenarios(suite: Run['suite']): Promise<Listed[]> {
  const listed = readList(await runCli(suite, ['list', '--server']));
  if (listed.length === 0) throw new Error(`${suite} lists no server scenarios`);
  return listed.map(({ name, tags }) => ({ name, isExtension: tags === 'extension' }));
}

/** Lists the scenarios for servers that a run requires. */
export async function listRequired({ suite, list }: Run): Promise<string[]> {
  const required = readList(await runCli(suite, ['list', ...list])).map(({ name }) => name);
  if (required.length === 0) throw new Error(`${suite} requires no server scenarios`);
  return required;
}

/**
 * Runs the suite against a server, and reads the result files, because the exit code says too little. Then runs those
 * `extras` that were not among its scenarios, one by one.
 */
export async function runSuite(
  { suite, revision, select }: Run,
  url: string,
  required: string[],
  extras: string[],
): Promise<Scenario[]> {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  const server = ['server', '--url', url, '--output-dir', results];
  try {
    const printed = await runCli(suite, [...server, ...select]);
    const found = await readResults(results, 'server');
    if (found.size === 0) throw new Error(`${suite} has left no results:\n${printed.slice(-2000)}`);
    for (const name of extras.filter((extra) => !found.has(extra)))
      await runCli(suite, [...server, '--scenario', name, '--spec-version', revision, '--force']);
    const all = await readResults(results, 'server');
    return [...new Set([...required, ...extras, ...all.keys()])].map((name) => ({
      name,
      required: required.includes(name),
      checks: all.get(name) ?? [],
    }));
  } finally {
    await rm(results, { recursive: true, force: true });
  }
}

/** A client that an authorization server knows, as the suite plays it. */
export interface SuiteClient {
  clientId: string;
  /** Where it listens for the code, at `/callback`. */
  port: number;
  /** What it asks tokens for. The suite leaves it out without this. */
  resource?: string | undefined;
}

/**
 * Runs the scenarios for authorization servers. All of them are required. The suite prints where the person has to go, and
 * waits until `visit` has been there.
 */
export async function runAuthorization(
  issuer: string,
  { clientId, port, resource }: SuiteClient,
  visit: (url: string) => Promise<void>,
): Promise<Scenario[]> {
  const suite = '@modelcontextprotocol/conformance';
  const listed = readList(await runCli(suite, ['list', '--authorization']), 'Authorization server');
  const names = listed.map(({ name }) => name);
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const client = [
      '--client-id',
      clientId,
      '--port',
      String(port),
      ...(resource ? ['--resource', resource] : []),
    ];
    let visited: Promise<void> | undefined;
    const args = ['authorization', '--url', issuer, ...client, '--output-dir', results];
    const printed = await runCli(suite, args, (sofar, stop) => {
      const url = /^Access the following URL.*\n(http\S+)\n/m.exec(sofar)?.[1];
      // Without this, a browser that fails would be noticed after five minutes.
      if (url !== undefined) visited ??= visit(url).catch((error: unknown) => stop(error));
    });
    await visited;
    const found = await readResults(results, 'authorization-server');
    if (found.size === 0) throw new Error(`${suite} has left no results:\n${printed.slice(-2000)}`);
    return [...new Set([...names, ...found.keys()])].map((name) => ({
      name,
      required: true,
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

async function runCli(
  suite: Run['suite'],
  args: string[],
  onOutput?: (printed: string, stop: (reason: unknown) => void) => void,
): Promise<string> {
  const child = spawn(nodeForSuite(), [join(modules, suite, 'dist/index.js'), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  });
  let printed = '';
  let stopped: { reason: unknown } | undefined;
  const stop = (reason: unknown) => {
    stopped = { reason };
    child.kill();
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString();
      onOutput?.(printed, stop);
    });
  await once(child, 'close');
  if (stopped) throw stopped.reason;
  return printed;
}

/** What stands under a heading such as `Server scenarios`: `  - ping [2025-06-18,2025-11-25]`. */
function readList(printed: string, subject = 'Server'): { name: string; tags: string | undefined }[] {
  const [, rest = ''] = printed.split(new RegExp(`^${subject} scenarios.*$`, 'm'));
  const [section = ''] = rest.trimStart().split(/\n\s*\n/);
  return [...section.matchAll(/^\s*- (\S+)(?: \[(.*)\])?/gm)].map(([, name, tags]) => ({
    name: name!,
    tags,
  }));
}

/** The checks of each scenario, from folders such as `server-ping-2026-11-22T15-30-00-000Z`. */
async function readResults(results: string, prefix: string): Promise<Map<string, Check[]>> {
  const found = new Map<string, Check[]>();
  for (const folder of await readdir(results)) {
    const name = /^(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(folder)?.[1]?.slice(`${prefix}-`.length);
    if (!name || !folder.startsWith(`${prefix}-`)) throw new Error(`${folder} is no folder of a scenario`);
    // If a scenario crashed, its folder is empty.
    const text = await readFile(join(results, folder, 'checks.json'), 'utf8').catch(() => '[]');
    found.set(name, JSON.parse(text) as Check[]);
  }
  return found;
}

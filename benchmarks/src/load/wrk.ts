import { execFile, execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onLoadCore } from '../run/cores.ts';
import type { HttpRequest } from './request.ts';
import type { Sample } from './load.ts';
import { readWrk, toLua } from './wrk-text.ts';

// `wrk` is a load generator in C, from the Debian package of that name.

export const wrkConnections = 32;

/** What `wrk` calls itself. `undefined` where it is not installed. */
export function findWrk(): string | undefined {
  try {
    execFileSync('wrk', ['--version'], { stdio: 'pipe' });
  } catch (error) {
    // It prints its version, and ends with 1.
    const { stdout } = error as { stdout?: Buffer };
    return stdout && /^(wrk \S+)/.exec(stdout.toString())?.[1];
  }
  return undefined;
}

/** Sends one request over and over. Its durations are whole seconds. Throws if an answer is not 2xx. */
export async function loadByWrk(
  port: number,
  request: HttpRequest,
  ms: number,
): Promise<Omit<Sample, 'latencies'>> {
  const folder = fileURLToPath(new URL('../../.data/', import.meta.url));
  await mkdir(folder, { recursive: true });
  const script = `${folder}request.lua`;
  await writeFile(script, toLua(request));
  const seconds = `${Math.max(1, Math.round(ms / 1000))}s`;
  const url = `http://127.0.0.1:${port}${request.path}`;
  const args = ['-t1', `-c${wrkConnections}`, `-d${seconds}`, '-s', script, url];
  const { stdout, stderr } = await run(...onLoadCore('wrk', args));
  // It goes on without a script that it cannot read.
  if (stderr) throw new Error(`wrk: ${stderr.slice(0, 300)}`);
  return readWrk(stdout);
}

const run = promisify(execFile);

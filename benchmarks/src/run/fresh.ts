import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { onServerCore } from './cores.ts';

/** A file of this package, compiled, and its arguments. It prints JSON. */
export type Program = readonly [file: string, args: readonly string[]];

/**
 * Runs each of some programs so many times, in turns, so that other load on the machine affects all of them equally. Each run is
 * a new process on one core, in which nothing is compiled yet. Returns what each of them has printed.
 */
export async function runInTurns<TCosts extends readonly unknown[]>(
  times: number,
  programs: { [Index in keyof TCosts]: Program },
): Promise<{ [Index in keyof TCosts]: TCosts[Index][] }> {
  const costs: unknown[][] = programs.map(() => []);
  for (let time = 0; time < times; time++)
    for (const [index, program] of programs.entries()) costs[index]!.push(await runFresh(program));
  // Cast: there is a list for each program, of what it prints.
  return costs as { [Index in keyof TCosts]: TCosts[Index][] };
}

async function runFresh([program, args]: Program): Promise<unknown> {
  const file = fileURLToPath(new URL(`../${program}`, import.meta.url));
  const command = onServerCore(process.execPath, ['--expose-gc', '--no-warnings', file, ...args]);
  const { stdout } = await run(command[0], command[1], { env: { ...process.env, NODE_ENV: 'production' } });
  return JSON.parse(stdout);
}

const run = promisify(execFile);

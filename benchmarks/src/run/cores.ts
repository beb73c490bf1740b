import { execFileSync } from 'node:child_process';
import { availableParallelism, cpus, totalmem } from 'node:os';

const availableCores = availableParallelism();
const canPin = hasTaskset() && availableCores > 1;

/** The load runs on the first core, so that its CPU time is not counted as the server's. */
export function pinLoad(): void {
  if (canPin) execFileSync('taskset', ['-acp', '0', String(process.pid)], { stdio: 'ignore' });
}

/** A command that runs on the second core. */
export function onServerCore(command: string, args: readonly string[]): [command: string, args: string[]] {
  return canPin ? ['taskset', ['-c', '1', command, ...args]] : [command, [...args]];
}

/** A command that runs on the core of the load. */
export function onLoadCore(command: string, args: readonly string[]): [command: string, args: string[]] {
  return canPin ? ['taskset', ['-c', '0', command, ...args]] : [command, [...args]];
}

/** A command that may use all cores, because no load runs at the same time. */
export function onAllCores(command: string, args: readonly string[]): [command: string, args: string[]] {
  return canPin ? ['taskset', ['-c', `0-${availableCores - 1}`, command, ...args]] : [command, [...args]];
}

/** Describes in one line the machine on which the figures were measured. */
export function describeMachine(): string {
  const all = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  const pinned = canPin
    ? 'load generator and server pinned to one core each'
    : 'NOT pinned to cores (no taskset, or one core only): read the figures with care';
  return `${all[0]?.model.trim()}, ${all.length} cores, ${gigabytes} GB, ${process.platform}, Node ${process.version}; ${pinned}`;
}

function hasTaskset(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

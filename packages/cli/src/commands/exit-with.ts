import type { Command } from 'commander';
import type { ExitCode } from '../exit-code.ts';

const codes = new WeakMap<Command, ExitCode>();

/** Lets a command end with this code although it has written its answer. */
export function exitWith(command: Command, code: ExitCode): void {
  codes.set(command, code);
}

/** What a command that has run ends with. */
export function exitCodeOf(command: Command): ExitCode | undefined {
  return codes.get(command);
}

import { spawn } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The command that was built. */
export const bin: string = fileURLToPath(new URL('../dist/bin.js', import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  env?: Record<string, string>;
  /** What standard input holds. It is empty by default. */
  input?: string;
}

/** Runs the command to its end, with no terminal. */
export function run(args: readonly string[], { cwd, env = {}, input = '' }: RunOptions = {}): Promise<Ran> {
  const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...plainEnv(), ...env } });
  child.stdin.on('error', () => undefined).end(input);
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The environment of a person's shell, without what the test runner sets. */
export function plainEnv(): Record<string, string> {
  const { PATH = '', HOME = '', SystemRoot } = process.env;
  return { PATH, HOME, ...(SystemRoot !== undefined && { SystemRoot }) };
}

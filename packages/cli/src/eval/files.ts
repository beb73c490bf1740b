import type { EvalRecord, EvalReport } from '@trpc-mcp/ai/evals';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import process from 'node:process';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { LoadedEvals } from './load.ts';

/** How a file is named in messages. */
export function nameOf(file: string, cwd: string): string {
  const name = relative(cwd, file);
  return name.startsWith('..') ? file : name;
}

/** Reads a record. Returns `undefined` if there is none. */
export async function readRecordFile(
  file: string,
  name: string,
  { api }: LoadedEvals,
): Promise<EvalRecord | undefined> {
  const text = await read(file, name);
  return text === undefined ? undefined : api.readRecord(text, name);
}

/** Reads the report of an earlier run. */
export async function readReportFile(given: string, cwd: string, { api }: LoadedEvals): Promise<EvalReport> {
  const text = await read(resolve(cwd, given), given);
  if (text === undefined)
    throw new CliError(`There is no file ${given} to compare with`, {
      fix: 'Write one before the change: trpc-mcp eval --json > before.json',
    });
  return api.readReport(text, given);
}

/** Writes a record as a whole or not at all: somebody may end the command while it writes. */
export async function writeRecordFile(file: string, name: string, text: string): Promise<void> {
  const fresh = `${file}.${process.pid}.tmp`;
  await tellWhyNot(name, async () => {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(fresh, text);
    await rename(fresh, file);
  });
}

/** Writes a report. It may be a device, such as /dev/stdout. */
export async function writeReportFile(given: string, cwd: string, text: string): Promise<void> {
  await tellWhyNot(given, () => writeFile(resolve(cwd, given), text));
}

async function tellWhyNot(name: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    throw new CliError(`${name} cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause,
      exitCode: exitCode.unavailable,
      fix: 'Check that its folder is there, and who may write into it.',
    });
  }
}

async function read(file: string, name: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CliError(`${name} cannot be read (${code ?? 'unknown'})`, {
      cause,
      exitCode: exitCode.unavailable,
      fix: code === 'EISDIR' ? 'It is a folder. Name a file.' : 'Check who may read it.',
    });
  }
}

import { createTwoFilesPatch } from 'diff';
import { existsSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import { type OutputsFile, writeFile } from './file.ts';

/** How a file compares with what the types say now. */
export type Comparison = { kind: 'same' } | { kind: 'missing' } | { kind: 'stale'; diff: string };

/** Compares a file with outputs. How it is formatted does not matter. */
export function compareFile(path: string, name: string, outputs: OutputsFile): Comparison {
  if (!existsSync(path)) return { kind: 'missing' };
  const text = readText(path, name);
  const before = parse(text);
  const after = JSON.parse(writeFile(outputs)) as unknown;
  // The order of properties is that of the app, so that a change of it is one too.
  if (isDeepStrictEqual(before, after) && JSON.stringify(before) === JSON.stringify(after))
    return { kind: 'same' };
  const old = before === undefined ? text : writeFile(before as OutputsFile);
  const diff = createTwoFilesPatch(name, name, old, writeFile(outputs), 'in the file', 'of the types', {
    context: 2,
  });
  return { kind: 'stale', diff: shorten(diff) };
}

const mostLines = 120;

function shorten(diff: string): string {
  const lines = diff
    .trimEnd()
    .split('\n')
    .filter((line) => !/^(?:=====|Index: )/.test(line));
  const rest = lines.length - mostLines;
  return rest > 0 ? [...lines.slice(0, mostLines), `… and ${rest} more lines`].join('\n') : lines.join('\n');
}

function readText(path: string, name: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new CliError(`${name} could not be read`, {
      cause,
      exitCode: exitCode.unavailable,
      fix: 'Name a file with -o, not a folder, and check who may read it.',
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

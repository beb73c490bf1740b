import type { Contract } from '@trpc-mcp/core/catalog';
import { readFile } from 'node:fs/promises';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';

const kinds = ['tools', 'resources', 'prompts'] as const;

/** What stands in a contract file: a contract, or something that cannot be read. */
export type ContractFile =
  | { contract: Partial<Contract> }
  | {
      problem: CliError;
      /** Whether it was a contract once, and may be written again. */
      mayBeReplaced: boolean;
    };

/** Reads a contract file. Returns `undefined` if there is none. */
export async function readContractFile(file: string, name: string): Promise<ContractFile | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new CliError(`${name} cannot be read (${code ?? 'unknown'})`, {
      cause,
      exitCode: exitCode.unavailable,
      fix: code === 'EISDIR' ? 'It is a folder. Name a file with --file.' : 'Check who may read it.',
    });
  }
  try {
    return { contract: parse(text, name) };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    // Another file that was named by mistake, such as package.json, stays as it is.
    return { problem: error, mayBeReplaced: text.trim() === '' || /"inputSchema"/.test(text) };
  }
}

function parse(text: string, name: string): Partial<Contract> {
  // Editors of Windows may write a mark at the beginning.
  const content = text.replace(/^\uFEFF/, '');
  if (/^(<{7}|={7}|>{7})/m.test(content))
    throw broken(`${name} has the marks of a merge that is not finished`);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    throw broken(`${name} is not JSON`, cause);
  }
  if (!isRecord(value) || !kinds.some((kind) => Object.hasOwn(value, kind)))
    throw new CliError(`${name} is no contract file: it has no "tools"`, {
      fix: 'Name the contract file with --file.',
    });
  for (const kind of kinds) {
    const items = value[kind];
    // Files of older versions have no resources and no prompts.
    if (items === undefined) continue;
    const wrong = isRecord(items) ? Object.keys(items).find((key) => !isRecord(items[key])) : '';
    if (wrong !== undefined)
      throw broken(`${name} is no contract file: "${wrong === '' ? kind : `${kind}.${wrong}`}" is no object`);
  }
  return value;
}

function broken(message: string, cause?: unknown): CliError {
  return new CliError(message, {
    cause,
    fix: 'Restore it from version control, or run trpc-mcp lock without --check to write it again.',
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

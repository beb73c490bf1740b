import { type Contract, diffContracts, writeContract } from '@trpc-mcp/core/catalog';
import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { findConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import { alignPaths, contractOf } from '../lock/contract.ts';
import { readContractFile } from '../lock/file.ts';
import { countChanges, showChanges } from '../lock/show.ts';
import { describeTarget } from '../target/described.ts';
import type { Terminal } from '../terminal.ts';
import { exitWith } from './exit-with.ts';
import { type GivenTargetOptions, withTargetOptions } from './target-options.ts';

interface GivenLockOptions extends GivenTargetOptions {
  file?: string;
  check?: boolean;
  allowCompatible?: boolean;
}

export function addLock(program: Command, terminal: Terminal): void {
  const command = program
    .command('lock')
    .description('Write the contract file of a target, or compare the target with it.')
    .argument('[target]', 'a module such as src/router.ts#appRouter, or the URL of an endpoint')
    .option('-f, --file <file>', 'the contract file (mcp.lock.json by default)')
    .option('--check', 'compare, write nothing, and fail if something has changed')
    .option('--allow-compatible', 'with --check: fail only if a change may break clients');
  withTargetOptions(command)
    .addHelpText('after', helpText)
    .action(async (spec: string | undefined, options: GivenLockOptions) => {
      if (options.allowCompatible && !options.check)
        throw new CliError('--allow-compatible only means something with --check', { fix: 'Add --check.' });
      const { file, name } = await findFile(options, terminal);
      const before = await readBefore(file, name, options);
      const target = await describeTarget(spec, options, terminal);
      const served = contractOf(target);
      const text = writeContract(served);
      const changes = before === undefined ? [] : diffContracts(...alignPaths(before, served));
      const isBroken = changes.some(({ isBreaking }) => isBreaking);
      const fails = options.check === true && (options.allowCompatible ? isBroken : changes.length > 0);
      if (!options.check) {
        // A file that knows the paths of procedures keeps them when it is written from an endpoint.
        const kept = before === undefined ? text : writeContract(alignPaths(before, served)[1]);
        await save(file, name, kept);
      }
      if (options.json)
        terminal.printJson({ file: name, isNew: before === undefined, isWritten: !options.check, changes });
      else {
        showChanges(changes, terminal);
        terminal.note(
          verdict(
            changes.length === 0 ? undefined : countChanges(changes),
            name,
            before === undefined,
            options,
          ),
        );
      }
      if (fails) exitWith(command, exitCode.failed);
    });
}

const helpText = `
The file is the one that expectCatalog(router).toMatchFile('mcp.lock.json') compares in tests. Commit it: a change of a
name, a schema, an annotation or a scope is then seen before clients see it. The file of a module can be compared with an
endpoint, for example with what is deployed. "lock" in trpc-mcp.config.ts names another file.

Examples:
  trpc-mcp lock src/router.ts
  trpc-mcp lock src/router.ts --check
  trpc-mcp lock src/router.ts --check --allow-compatible
  trpc-mcp lock https://app.example.com/mcp --check --file mcp.lock.json`;

const usualFile = 'mcp.lock.json';

/** What the command line names is relative to where it runs; what the configuration names, and the usual file, to the package. */
async function findFile(
  options: GivenLockOptions,
  { cwd }: Terminal,
): Promise<{ file: string; name: string }> {
  const { config, folder } = await findConfig(cwd);
  const file =
    options.file === undefined ? resolve(folder, config.lock ?? usualFile) : resolve(cwd, options.file);
  const name = relative(cwd, file);
  return { file, name: name.startsWith('..') ? file : name };
}

async function readBefore(
  file: string,
  name: string,
  { check }: GivenLockOptions,
): Promise<Partial<Contract> | undefined> {
  const found = await readContractFile(file, name);
  if (found === undefined && check)
    throw new CliError(`${name} does not exist, so there is nothing to compare with`, {
      fix: 'Run trpc-mcp lock without --check, and commit the file. Or name it with --file.',
    });
  if (found === undefined || 'contract' in found) return found?.contract;
  if (check || !found.mayBeReplaced) throw found.problem;
  return undefined;
}

async function save(file: string, name: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new CliError(`${name} cannot be written (${(cause as NodeJS.ErrnoException).code ?? 'unknown'})`, {
      cause,
      exitCode: exitCode.unavailable,
      fix: 'Check that its folder is there, and who may write into it.',
    });
  }
}

function verdict(
  changes: string | undefined,
  name: string,
  isNew: boolean,
  { check }: GivenLockOptions,
): string {
  if (check) {
    if (changes === undefined) return `The target serves what ${name} says.`;
    return `\nThe target no longer serves what ${name} says: ${changes}.\nIf that is meant, run trpc-mcp lock without --check, and commit the file.`;
  }
  if (isNew) return `Wrote ${name}. Commit it.`;
  return changes === undefined ? `${name} is up to date.` : `\nWrote ${name}: ${changes}.`;
}

import { type Command } from 'commander';
import { writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { type FoundConfig, findConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import { compareFile } from '../outputs/check.ts';
import { writeFile } from '../outputs/file.ts';
import { makeOutputs, type Outputs, type OutputsOptions } from '../outputs/outputs.ts';
import { describeOutputs, summarize } from '../outputs/summary.ts';
import { watchOutputs } from '../outputs/watch.ts';
import { findModule } from '../target/found.ts';
import type { Terminal } from '../terminal.ts';
import { exitWith } from './exit-with.ts';

interface GivenOptions extends OutputsOptions {
  out?: string;
  check?: boolean;
  watch?: boolean;
  json?: boolean;
}

export function addOutputs(program: Command, terminal: Terminal): void {
  program
    .command('outputs')
    .description(
      'Read what procedures without .output() return from their TypeScript types, for the option outputs.',
    )
    .argument('[module]', 'the module of the router, such as src/router.ts#appRouter')
    .option('-o, --out <file>', 'the file to write; mcp.outputs.json by default')
    .option(
      '--all',
      'read all procedures of the router, not only those that are exposed; the module is not run',
    )
    .option('--tsconfig <file>', 'the tsconfig.json to read the types with; the nearest one by default')
    .option('--check', 'write nothing, and exit with 1 if the file is not what the types say')
    .option('--watch', 'write the file again whenever the app changes')
    .option('--no-cache', 'read everything anew')
    .option('--json', 'print what is known of each procedure as JSON')
    .addHelpText('after', examples)
    .action(async (spec: string | undefined, options: GivenOptions, command: Command) => {
      if (options.check && options.watch)
        throw new CliError('--check and --watch exclude each other', { fix: 'Leave one of them out.' });
      await runOutputs(spec, options, terminal, command);
    });
}

const examples = `
The module is loaded to learn which procedures are exposed. Where that fails, and with --all, every procedure is read.

Examples:
  trpc-mcp outputs src/router.ts -o mcp.outputs.json
  trpc-mcp outputs src/router.ts --check
  trpc-mcp outputs src/router.ts --watch

In the app:
  import outputs from './mcp.outputs.json' with { type: 'json' };
  mcpHandler(appRouter, { outputs });`;

async function runOutputs(
  given: string | undefined,
  options: GivenOptions,
  terminal: Terminal,
  command: Command,
): Promise<void> {
  let found: Promise<FoundConfig> | undefined;
  const readConfig = (): Promise<FoundConfig> => (found ??= findConfig(terminal.cwd));
  const { spec, folder } = await toModule(given, terminal, readConfig);
  const out = options.out ?? (await readConfig()).config.outputs;
  const path = resolve(options.out === undefined ? folder() : terminal.cwd, out ?? 'mcp.outputs.json');
  const name = relative(terminal.cwd, path);
  try {
    const { outputs, isCached, cache } = await makeOutputs(
      spec,
      options,
      terminal,
      async () => (await readConfig()).config,
    );
    finish(outputs, isCached, { path, name, options, terminal, command });
    if (options.watch) await follow(spec, () => cache.ownFiles(), path, options, terminal);
  } catch (error) {
    if (!options.watch || !(error instanceof CliError)) throw error;
    terminal.note(error.message);
    await follow(spec, () => [], path, options, terminal);
  }
}

/** The module that was named, or the one of the configuration. */
async function toModule(
  given: string | undefined,
  { cwd }: Terminal,
  readConfig: () => Promise<FoundConfig>,
): Promise<{ spec: string; folder: () => string }> {
  if (given !== undefined) {
    if (/^https?:\/\//.test(given))
      throw new CliError('Types are read from a module, and an endpoint has none', {
        fix: 'Name the module of the router, such as src/router.ts#appRouter.',
      });
    return { spec: given, folder: () => cwd };
  }
  const { config, folder } = await readConfig();
  if (config.target === undefined || /^https?:\/\//.test(config.target))
    throw new CliError('No module is named', {
      fix: 'Name the module of the router: trpc-mcp outputs src/router.ts',
    });
  return { spec: resolve(folder, config.target), folder: () => folder };
}

interface Run {
  path: string;
  /** The path as messages name it. */
  name: string;
  options: GivenOptions;
  terminal: Terminal;
  command: Command;
}

function finish(outputs: Outputs, isCached: boolean, { path, name, options, terminal, command }: Run): void {
  const compared = compareFile(path, name, outputs.file);
  const isStale = compared.kind !== 'same';
  if (isStale && !options.check) write(path, name, outputs);
  const state = options.check ? (isStale ? 'stale' : 'fresh') : isStale ? 'written' : 'unchanged';
  if (options.json) {
    const { procedures, compiler, notes } = outputs;
    terminal.printJson({
      file: name,
      state,
      isCached,
      compiler,
      ...summarize(outputs),
      notes,
      outputs: procedures,
    });
  } else {
    for (const note of outputs.notes) terminal.note(note);
    if (options.check && compared.kind === 'missing') terminal.print(`${name} does not exist.`);
    if (options.check && compared.kind === 'stale') terminal.print(color(compared.diff, terminal));
    if (!options.check) terminal.print(isStale ? `Wrote ${name}.` : `${name} is what the types say.`);
    for (const line of describeOutputs(outputs)) terminal.note(line);
  }
  if (!options.check || !isStale) return;
  exitWith(command, exitCode.failed);
  if (!options.json)
    terminal.note(`${name} is not what the types say. Run \`trpc-mcp outputs\` again, and commit the file.`);
}

function write(path: string, name: string, { file }: Outputs): void {
  try {
    writeFileSync(path, writeFile(file));
  } catch (cause) {
    throw new CliError(`${name} could not be written`, {
      cause,
      exitCode: exitCode.unavailable,
      fix: 'Name a file in a folder that is there with -o, and check who may write it.',
    });
  }
}

function color(diff: string, { colors }: Terminal): string {
  return diff
    .split('\n')
    .map((line) =>
      line.startsWith('+') ? colors.green(line) : line.startsWith('-') ? colors.red(line) : line,
    )
    .join('\n');
}

function follow(
  spec: string,
  filesOf: () => string[],
  path: string,
  { all, tsconfig, json }: GivenOptions,
  terminal: Terminal,
): Promise<never> {
  const args = ['outputs', spec, '-o', path];
  if (all) args.push('--all');
  if (tsconfig !== undefined) args.push('--tsconfig', tsconfig);
  if (json) args.push('--json');
  terminal.note('Watching the app. Press Ctrl-C to end.');
  return watchOutputs(args, filesOf, findModule(spec, terminal.cwd).file);
}

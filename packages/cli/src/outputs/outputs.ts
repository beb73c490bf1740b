import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CliConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import { CliError } from '../cli-error.ts';
import { findModule } from '../target/found.ts';
import type { Terminal } from '../terminal.ts';
import { type Cache, openCache } from './cache.ts';
import { findCompiler } from './compiler.ts';
import { type Exposed, readExposed } from './exposed.ts';
import { type OutputsFile } from './file.ts';
import { createProgram } from './program.ts';
import { type ProcedureReport, readOutputs } from './read-outputs.ts';

export interface OutputsOptions {
  /** Reads all procedures of the router, exposed or not. */
  all?: boolean;
  /** A tsconfig in place of the nearest one. */
  tsconfig?: string;
  /** Reads everything anew. */
  cache?: boolean;
}

/** What the types of a router say of its outputs. */
export interface Outputs {
  file: OutputsFile;
  procedures: ProcedureReport[];
  /** The version of TypeScript that read them. */
  compiler: string;
  /** What the reader should know. */
  notes: string[];
}

/** Reads the outputs of the router of a module, or takes those of an earlier run if nothing has changed. */
export async function makeOutputs(
  spec: string,
  options: OutputsOptions,
  terminal: Terminal,
  readConfig: () => Promise<CliConfig>,
): Promise<{ outputs: Outputs; isCached: boolean; cache: Cache<Outputs> }> {
  const module = findModule(spec, terminal.cwd);
  const compiler = findCompiler(module.root);
  const tsconfig = options.tsconfig === undefined ? undefined : resolve(terminal.cwd, options.tsconfig);
  if (tsconfig !== undefined && !existsSync(tsconfig))
    throw new CliError(`There is no ${options.tsconfig}`, {
      exitCode: exitCode.usage,
      fix: 'Name a tsconfig.json that is there, or leave --tsconfig out for the nearest one.',
    });
  const key = [
    module.file,
    module.exportName,
    tsconfig,
    options.all ?? false,
    compiler.version,
    compiler.note,
  ];
  const cache = openCache<Outputs>(module.root, key);
  const kept = options.cache === false ? undefined : cache.read();
  if (kept) return { outputs: kept, isCached: true, cache };
  return terminal.work('Reading the types of the router', async () => {
    const exposed: Exposed = options.all
      ? { paths: undefined, note: undefined }
      : await readExposed(spec, await readConfig(), terminal);
    const wanted = exposed.paths && new Set(exposed.paths);
    const loaded = compiler.load();
    const { program, configFiles, notes } = createProgram(loaded, { file: module.file, tsconfig });
    const read = readOutputs(loaded, program, module, (path) => wanted?.has(path) ?? true);
    const outputs: Outputs = {
      ...read,
      compiler: compiler.version,
      notes: [compiler.note, exposed.note, ...notes, tellUnseen(exposed, read.procedures)].filter(
        (note) => note !== undefined,
      ),
    };
    const sources = program
      .getSourceFiles()
      .filter((source) => !program.isSourceFileDefaultLibrary(source))
      .map(({ fileName }) => fileName);
    cache.write(outputs, [...sources, ...configFiles, ...filesBeside(module.root)]);
    return { outputs, isCached: false, cache };
  });
}

/** Says which procedures are exposed, and are not in the type of the router. */
function tellUnseen({ paths = [] }: Exposed, procedures: readonly ProcedureReport[]): string | undefined {
  const seen = new Set(procedures.map(({ path }) => path));
  const unseen = paths.filter((path) => !seen.has(path));
  if (unseen.length === 0) return undefined;
  const rest = unseen.length - mostTold;
  const list = unseen.slice(0, mostTold).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
  return `The type of the router does not have ${list}, so nothing is written of ${unseen.length === 1 ? 'it' : 'them'}. Give each router the type that t.router({…}) makes, without a type such as AnyRouter.`;
}

const mostTold = 5;

/** What else decides which procedures are exposed, and what is imported. */
function filesBeside(root: string): string[] {
  const names = [
    'package.json',
    '.env',
    '.env.local',
    ...['ts', 'mts', 'js', 'mjs', 'cjs', 'cts'].map((each) => `trpc-mcp.config.${each}`),
  ];
  return names.map((name) => join(root, name));
}

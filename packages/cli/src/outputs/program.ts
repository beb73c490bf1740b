import type ts from 'typescript-6';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Compiler } from './compiler.ts';

export interface ReadProgram {
  program: ts.Program;
  /** The files of the configuration: the tsconfig and those that it extends. */
  configFiles: string[];
  /** What the reader of the outputs should know. */
  notes: string[];
}

export interface ProgramOptions {
  /** The module that exports the router. */
  file: string;
  /** A tsconfig in place of the nearest one. */
  tsconfig?: string | undefined;
  /** The files of an earlier run, which are read again only if they changed. */
  old?: ts.Program | undefined;
}

/** Makes the program of a module, with the compiler options of the app. Type errors do not matter here. */
export function createProgram(compiler: Compiler, { file, tsconfig, old }: ProgramOptions): ReadProgram {
  const config = tsconfig ?? findConfig(compiler, file);
  const { options, ambient, references, configFiles } = config
    ? readConfig(compiler, config, file)
    : { options: {}, ambient: [], references: undefined, configFiles: [] };
  // Since version 6, strict is on by default, and @types are read only if they are named.
  const isNew = Number.parseInt(compiler.version, 10) >= 6;
  const isStrict = options.strictNullChecks ?? options.strict ?? isNew;
  const set: ts.CompilerOptions = {
    ...options,
    ...(isNew && options.types === undefined && { types: ['*'] }),
    ...(config === undefined && {
      module: compiler.ModuleKind.NodeNext,
      target: compiler.ScriptTarget.ES2022,
    }),
    // With null and undefined out of sight, most types would say less than is known.
    strictNullChecks: true,
    allowJs: true,
    noEmit: true,
    skipLibCheck: true,
    noLib: false,
    incremental: false,
    composite: false,
    declaration: false,
    declarationMap: false,
    emitDeclarationOnly: false,
    isolatedDeclarations: false,
  };
  delete set['tsBuildInfoFile'];
  const host: ts.CompilerHost & { useSourceOfProjectReferenceRedirect?: () => boolean } =
    compiler.createCompilerHost(set, true);
  // Another project is read from its sources, as an editor does, because it may not have been built.
  host.useSourceOfProjectReferenceRedirect = () => true;
  const program = compiler.createProgram({
    rootNames: [file, ...ambient],
    options: set,
    host,
    ...(references && { projectReferences: references }),
    ...(old && { oldProgram: old }),
  });
  const where = config ?? 'the app, which has no tsconfig.json';
  const notes = isStrict
    ? []
    : [
        `strictNullChecks is off in ${where}: undefined and null cannot be seen where no type names them, and results that have one there do not follow their schema. Turn on "strict".`,
      ];
  return { program, configFiles, notes };
}

function findConfig(compiler: Compiler, file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    for (const name of ['tsconfig.json', 'jsconfig.json']) {
      const found = join(folder, name);
      if (existsSync(found)) return pickReference(compiler, found, file);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

/** A tsconfig that only refers to others: finds the one that the file belongs to. */
function pickReference(compiler: Compiler, config: string, file: string, depth = 0): string {
  const parsed = parse(compiler, config);
  const isOwn = parsed.fileNames.some((each) => each === file.replaceAll('\\', '/'));
  if (isOwn || depth > 4) return config;
  for (const { path } of parsed.projectReferences ?? []) {
    const referred = compiler.resolveProjectReferencePath({ path });
    if (!existsSync(referred)) continue;
    if (parse(compiler, referred).fileNames.includes(file.replaceAll('\\', '/'))) return referred;
    const inner = pickReference(compiler, referred, file, depth + 1);
    if (inner !== referred) return inner;
  }
  return config;
}

function parse(compiler: Compiler, config: string): ts.ParsedCommandLine {
  const { config: raw, error } = compiler.readConfigFile(config, (path) => compiler.sys.readFile(path));
  if (error) {
    const why = compiler.flattenDiagnosticMessageText(error.messageText, ' ');
    throw new CliError(`${config} cannot be read: ${why}`, {
      exitCode: exitCode.usage,
      fix: 'Correct it, or name another one with --tsconfig.',
    });
  }
  return compiler.parseJsonConfigFileContent(raw, compiler.sys, dirname(config), undefined, config);
}

interface ReadConfig {
  options: ts.CompilerOptions;
  /** Declarations that no module imports, such as `globals.d.ts`. */
  ambient: string[];
  references: readonly ts.ProjectReference[] | undefined;
  configFiles: string[];
}

function readConfig(compiler: Compiler, config: string, file: string): ReadConfig {
  if (!existsSync(config)) {
    throw new CliError(`There is no ${config}`, {
      exitCode: exitCode.usage,
      fix: 'Name a tsconfig.json that is there, or leave --tsconfig out.',
    });
  }
  const configFiles = [config];
  const host = {
    ...compiler.sys,
    readFile(path: string) {
      if (path.endsWith('.json')) configFiles.push(path);
      return compiler.sys.readFile(path);
    },
  };
  const { config: raw } = compiler.readConfigFile(config, (path) => host.readFile(path));
  const parsed = compiler.parseJsonConfigFileContent(raw, host, dirname(config), undefined, config);
  parse(compiler, config);
  const ambient = parsed.fileNames.filter((name) => /\.d\.[cm]?ts$/.test(name) && name !== file);
  return {
    options: parsed.options,
    ambient,
    references: parsed.projectReferences,
    configFiles: [...new Set(configFiles)],
  };
}

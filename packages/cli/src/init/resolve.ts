import { ts } from 'ts-morph';
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { Source } from './source.ts';

const optionsOf = new Map<string, ts.CompilerOptions>();

/** The options of the tsconfig.json or jsconfig.json that a file belongs to. */
export function compilerOptionsOf(file: string): ts.CompilerOptions | undefined {
  const folder = dirname(file);
  const config =
    ts.findConfigFile(folder, isThere, 'tsconfig.json') ??
    ts.findConfigFile(folder, isThere, 'jsconfig.json');
  if (config === undefined) return undefined;
  const known = optionsOf.get(config);
  if (known) return known;
  const host = { ...ts.sys, readDirectory: () => [], onUnRecoverableConfigFileDiagnostic: () => {} };
  const parsed = ts.getParsedCommandLineOfConfigFile(config, {}, host);
  const options = parsed?.options ?? {};
  optionsOf.set(config, options);
  includesOf.set(config, (parsed?.raw as { include?: string[]; files?: string[] } | undefined) ?? {});
  return options;
}

const isThere = (file: string): boolean => ts.sys.fileExists(file);

const includesOf = new Map<string, { include?: string[]; files?: string[] }>();

/** Whether a TypeScript file beside package.json would be compiled with the app, and so change where its output is. */
export function isEmittedBeside(source: string, folder: string): boolean {
  const options = compilerOptionsOf(source);
  if (options === undefined || options.noEmit === true) return false;
  if (options.outDir === undefined && options.rootDir === undefined) return false;
  const config = ts.findConfigFile(dirname(source), isThere, 'tsconfig.json')!;
  if (dirname(config) !== folder) return false;
  const { include, files } = includesOf.get(config) ?? {};
  if (include === undefined) return files === undefined;
  return include.some((each) => /^(\.\/)?(\*|\.?$)/.test(each));
}

/** Finds the file that an import of a file leads to. Returns undefined for packages that are not of the workspace. */
export function resolveImport(from: string, specifier: string): string | undefined {
  const options: ts.CompilerOptions = {
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    ...compilerOptionsOf(from),
    allowJs: true,
  };
  const { resolvedModule } = ts.resolveModuleName(specifier, from, options, ts.sys);
  if (resolvedModule === undefined) return undefined;
  const file = realpathSync(resolvedModule.resolvedFileName);
  return file.includes('/node_modules/') || /\.d\.[cm]?ts$/.test(file) ? undefined : file;
}

const sources = new Map<string, Source>();

/** The one source of a file, so that all edits of a file are made to the same one. */
export function openSource(file: string): Source {
  const known = sources.get(file);
  if (known) return known;
  const source = Source.read(file);
  sources.set(file, source);
  return source;
}

/** Lets these be the sources of their files. */
export function keepSources(read: readonly Source[]): void {
  for (const source of read) sources.set(source.file, source);
}

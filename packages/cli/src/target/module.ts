import type { AnyTRPCRouter } from '@trpc/server';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { CliError } from '../cli-error.ts';
import type { CliConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal.ts';
import { type AppCore, loadCore } from './core.ts';
import { findModule, type FoundModule } from './found.ts';
import { guardImport } from './guard.ts';
import { importModule } from './import.ts';

/** A router of the app, and what serves it. */
export interface LoadedModule extends FoundModule {
  exportName: string;
  router: AnyTRPCRouter;
  /** Of the app's package.json. */
  manifest: Manifest;
  /** The app's own copy of `@trpc-mcp/core`. */
  core: AppCore;
  /** What the configuration says of the handler. */
  options: NonNullable<CliConfig['options']>;
}

const usualNames = ['appRouter', 'default', 'router'];

/** Loads a module, and finds the router in it. Its package's `.env` files are read first. */
export async function loadModule(
  spec: string,
  terminal: Terminal,
  { options = {} }: CliConfig = {},
): Promise<LoadedModule> {
  const found = findModule(spec, terminal.cwd);
  readEnvFiles(found.root);
  const exported = await guardImport(found, terminal, () => importModule(found.file));
  const [exportName, router] = findRouter(found, exported);
  const manifest = readManifest(found.root);
  return { ...found, exportName, router, manifest, core: await loadCore(found), options };
}

/** Loads the default export of a module of the app, such as a context. */
export async function loadDefault(spec: string, terminal: Terminal): Promise<unknown> {
  const found = findModule(spec, terminal.cwd);
  readEnvFiles(found.root);
  const exported = await guardImport(found, terminal, () => importModule(found.file));
  const name = found.exportName ?? ('default' in exported ? 'default' : 'createContext');
  if (name in exported) return exported[name];
  throw new CliError(`${found.name} exports no ${found.exportName ?? 'default and no createContext'}`, {
    fix: 'Export the context, or the function that makes it, as default.',
  });
}

/** `.env.local` wins over `.env`, and what is set already wins over both. */
export function readEnvFiles(folder: string): void {
  for (const name of ['.env.local', '.env']) {
    const file = join(folder, name);
    if (!existsSync(file)) continue;
    try {
      process.loadEnvFile(file);
    } catch (cause) {
      throw new CliError(`${file} could not be read`, {
        cause,
        exitCode: exitCode.unavailable,
        fix: 'Check who may read it.',
      });
    }
  }
}

function findRouter(
  { name, exportName }: FoundModule,
  exported: Record<string, unknown>,
): [name: string, router: AnyTRPCRouter] {
  const routers = Object.entries(exported).filter((entry): entry is [string, AnyTRPCRouter] =>
    isRouter(entry[1]),
  );
  const names = routers.map(([each]) => each);
  const unavailable = { exitCode: exitCode.unavailable };
  if (exportName !== undefined) {
    const found = routers.find(([each]) => each === exportName);
    if (found) return found;
    const what =
      exportName in exported
        ? `${exportName} of ${name} is not a tRPC router`
        : `${name} exports no ${exportName}`;
    throw new CliError(what, { ...unavailable, fix: adviceFor(name, names) });
  }
  const [only] = routers;
  if (!only) throw new CliError(`${name} exports no tRPC router`, { ...unavailable, fix: noRouterAdvice });
  const distinct = new Set(routers.map(([, router]) => router));
  if (distinct.size === 1) return only;
  const usual = usualNames.map((each) => routers.find(([found]) => found === each)).find((each) => each);
  if (usual) return usual;
  throw new CliError(`${name} exports several routers: ${names.join(', ')}`, {
    ...unavailable,
    fix: adviceFor(name, names),
  });
}

const noRouterAdvice =
  'Name the module that exports the result of t.router({…}), such as src/router.ts#appRouter.';

function adviceFor(name: string, names: readonly string[]): string {
  if (names.length === 0) return noRouterAdvice;
  return `Say which, for example ${name}#${names[0]}.`;
}

/** A router is a function or an object with `_def.router`; the app may have another copy of tRPC than this package. */
function isRouter(value: unknown): value is AnyTRPCRouter {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const { _def } = value as { _def?: { router?: unknown; procedures?: unknown } };
  return typeof _def === 'object' && _def.router === true;
}

/** What this package reads of an app's package.json. */
export interface Manifest {
  name?: string;
  version?: string;
  description?: string;
}

/** Reads the package.json of a folder, as far as it can be read. */
export function readManifest(root: string): Manifest {
  try {
    return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  } catch {
    return {};
  }
}

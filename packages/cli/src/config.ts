import type { HandlerOptions } from '@trpc-mcp/core';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CliError } from './cli-error.ts';
import { importModule } from './target/import.ts';
import type { LintConfig } from './lint/config.ts';

/** The settings of the command line for one app: the default export of `trpc-mcp.config.ts`, or `"trpc-mcp"` in package.json. */
export interface CliConfig {
  /** The module of the router, such as `src/router.ts#appRouter`, or the URL of an endpoint. */
  target?: string;
  /** A module whose default export is a context, or the app's `createContext`. For `call` and `serve`. */
  ctx?: string;
  /** The options that the app gives `mcpHandler`: those which decide what is served, such as `expose` and `converters`. */
  // Any router: a configuration is written without its type.
  options?: HandlerOptions & { createContext?: unknown };
  /** Which rules `lint` has, and how severe they are. */
  lint?: LintConfig;
  /** The contract file of `lock`. `mcp.lock.json` by default. */
  lock?: string;
  /** The file that `outputs` writes. `mcp.outputs.json` by default. */
  outputs?: string;
  /** The file of the evals, such as `test/evals.ts`. `evals.ts` or `src/evals.ts` by default. */
  evals?: string;
}

/** Gives `trpc-mcp.config.ts` its types. */
export function defineConfig(config: CliConfig): CliConfig {
  return config;
}

/** A configuration, and the folder that its paths are relative to. */
export interface FoundConfig {
  config: CliConfig;
  folder: string;
  /** The file that it stands in; `undefined` if there is none. */
  file: string | undefined;
}

const fileNames = ['ts', 'mts', 'js', 'mjs', 'cjs', 'cts'].map((extension) => `trpc-mcp.config.${extension}`);
const keys = [
  'target',
  'ctx',
  'options',
  'lint',
  'lock',
  'outputs',
  'evals',
] as const satisfies (keyof CliConfig)[];

/** Finds the configuration of the app in a folder: there, or in a folder above, up to the one with package.json. */
export async function findConfig(from: string): Promise<FoundConfig> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const file = fileNames.map((name) => join(folder, name)).find((each) => existsSync(each));
    if (file !== undefined) {
      const loaded = await importModule(file);
      return { config: checkConfig(loaded['default'], relative(from, file)), folder, file };
    }
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return { folder, ...readManifest(manifest) };
    if (dirname(folder) === folder) return { config: {}, folder: resolve(from), file: undefined };
  }
}

function readManifest(file: string): Omit<FoundConfig, 'folder'> {
  let manifest: unknown;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8'));
  } catch (cause) {
    throw new CliError(`${file} is not JSON`, {
      cause,
      fix: 'Correct it; other tools cannot read it either.',
    });
  }
  const found = (manifest as Record<string, unknown> | null)?.['trpc-mcp'];
  if (found === undefined) return { config: {}, file: undefined };
  return { config: checkConfig(found, '"trpc-mcp" in package.json'), file };
}

function checkConfig(value: unknown, where: string): CliConfig {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CliError(`${where} does not hold a configuration`, {
      fix: 'Let its default export be an object, such as { target: "src/router.ts#appRouter" }.',
    });
  const unknown = Object.keys(value).find((key) => !keys.some((known) => known === key));
  if (unknown !== undefined)
    throw new CliError(`${where} has "${unknown}", which is no setting of the command line`, {
      fix: `The settings are: ${keys.join(', ')}. Options of mcpHandler belong into "options".`,
    });
  return value;
}

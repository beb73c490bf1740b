import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { CliError } from '../cli-error.ts';
import { findConfig } from '../config.ts';
import { exitCode } from '../exit-code.ts';
import { findModule } from '../target/found.ts';
import { loadModule, type LoadedModule } from '../target/module.ts';
import { type ServedOptions, toServedOptions } from '../target/mounted.ts';
import { isUrl } from '../target/target.ts';
import type { Terminal } from '../terminal.ts';

export interface ServedApp {
  module: LoadedModule;
  options: ServedOptions;
}

export interface AppSettings {
  cwd?: string | undefined;
  ctx?: string | undefined;
}

/** Where an app is, found without running any of it. */
export interface AppPlace {
  spec: string;
  /** The folder that paths on the command line are relative to. */
  folder: string;
  /** The folder of the module's package.json, in which the app runs. */
  root: string;
  config: Awaited<ReturnType<typeof findConfig>>;
}

/** Finds the module to serve. Its configuration is that of its own package, wherever the process was started. */
export async function findApp(
  given: string | undefined,
  { cwd }: AppSettings,
  terminal: Terminal,
): Promise<AppPlace> {
  const folder = resolve(terminal.cwd, cwd ?? '.');
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new CliError(`There is no folder ${folder}.`, {
      exitCode: exitCode.unavailable,
      fix: 'Name the folder of the app with --cwd.',
    });
  }
  const spec = given ?? (await findConfig(folder)).config.target;
  if (spec === undefined)
    throw new CliError('There is no module to serve.', {
      fix: 'Name the module of the router, such as src/router.ts#appRouter.',
    });
  if (isUrl(spec)) {
    throw new CliError(`${spec} is served already: it is an endpoint.`, {
      fix: `Use trpc-mcp connect ${spec}, or name a module.`,
    });
  }
  const { root } = findModule(spec, folder);
  return { spec, folder, root, config: await findConfig(root) };
}

/** Loads an app in its own folder, as its own start script would. */
export async function openApp(
  place: AppPlace,
  { cwd, ctx }: AppSettings,
  terminal: Terminal,
): Promise<ServedApp> {
  const { spec, folder, root, config: found } = place;
  process.chdir(cwd === undefined ? root : folder);
  const module = await loadModule(spec, { ...terminal, cwd: folder }, found.config);
  const chosen = ctx ?? found.config.ctx;
  const at = { ...terminal, cwd: ctx === undefined ? found.folder : folder };
  return { module, options: await toServedOptions(module, at, chosen) };
}

import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import { findUpwards } from './import.ts';

/** A module of the app that was found, and not yet run. */
export interface FoundModule {
  /** An absolute path. */
  file: string;
  /** How it is named in messages: relative to where the command runs. */
  name: string;
  /** The folder of its package.json. */
  root: string;
  /** What is named after `#`. */
  exportName: string | undefined;
}

const extensions = ['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx'];

const routerFix =
  'Name the file that exports the router, such as src/router.ts#appRouter, or the URL of an endpoint, with http:// or https://.';

/** Finds the file of `src/router.ts#appRouter`. The extension may be left out, and so may `index`. */
export function findModule(spec: string, folder: string, fix: string = routerFix): FoundModule {
  const [path, exportName] = splitSpec(spec, folder);
  const base = resolve(folder, path);
  const tried = [
    base,
    ...extensions.flatMap((extension) => [`${base}${extension}`, join(base, `index${extension}`)]),
  ];
  const file = tried.find((each) => existsSync(each) && statSync(each).isFile());
  if (file === undefined)
    throw new CliError(`There is no module ${path}`, {
      exitCode: exitCode.unavailable,
      fix,
    });
  const manifest = findUpwards(dirname(file), 'package.json');
  const root = manifest === undefined ? dirname(file) : dirname(manifest);
  return { file, name: relative(folder, file) || path, root, exportName };
}

/** A file may have `#` in its name. */
function splitSpec(spec: string, folder: string): [path: string, exportName: string | undefined] {
  const at = spec.lastIndexOf('#');
  if (at <= 0 || existsSync(resolve(folder, spec))) return [spec, undefined];
  const exportName = spec.slice(at + 1);
  return [spec.slice(0, at), exportName === '' ? undefined : exportName];
}

import { applyEdits, modify, parse } from 'jsonc-parser';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface PackageJson {
  name?: string;
  type?: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  packageManager?: string;
  'trpc-mcp'?: unknown;
}

export function readPackage(folder: string): PackageJson {
  const file = join(folder, 'package.json');
  return existsSync(file) ? ((parse(readFileSync(file, 'utf8')) ?? {}) as PackageJson) : {};
}

export function hasDependency(
  { dependencies, devDependencies, peerDependencies }: PackageJson,
  name: string,
): boolean {
  return [dependencies, devDependencies, peerDependencies].some((each) => each !== undefined && name in each);
}

/** Adds a dependency at its place by the alphabet, and keeps how the file is written. */
export function withDependency(text: string, name: string, version: string): string {
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const bare = text.slice(mark.length);
  const indent = /^([ \t]+)"/m.exec(bare)?.[1] ?? '  ';
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 1 : indent.length,
    eol: bare.includes('\r\n') ? '\r\n' : '\n',
  };
  const isNew = (parse(bare) as PackageJson | undefined)?.dependencies === undefined;
  const edits = modify(
    bare,
    isNew ? ['dependencies'] : ['dependencies', name],
    isNew ? { [name]: version } : version,
    {
      // What stands on one line stays on it.
      ...(bare.trim().includes('\n') && { formattingOptions }),
      getInsertionIndex: (keys) => {
        const at = isNew ? keys.findIndex((key) => later.has(key)) : keys.findIndex((key) => key > name);
        return at < 0 ? keys.length : at;
      },
    },
  );
  return mark + applyEdits(bare, edits);
}

/** What stands after the dependencies in most files. */
const later = new Set([
  'devDependencies',
  'peerDependencies',
  'optionalDependencies',
  'packageManager',
  'engines',
]);

export type PackageManager = 'pnpm' | 'npm' | 'yarn' | 'bun';

const lockfiles: [string, PackageManager][] = [
  ['pnpm-lock.yaml', 'pnpm'],
  ['bun.lock', 'bun'],
  ['bun.lockb', 'bun'],
  ['yarn.lock', 'yarn'],
  ['package-lock.json', 'npm'],
  ['npm-shrinkwrap.json', 'npm'],
];

/** Finds the package manager of an app by its lockfile, or by the field of package.json. */
export function findPackageManager(folder: string): PackageManager {
  for (let at = folder; ; at = dirname(at)) {
    const found = lockfiles.find(([name]) => existsSync(join(at, name)));
    if (found) return found[1];
    const named = /^(pnpm|npm|yarn|bun)@/.exec(readPackage(at).packageManager ?? '')?.[1];
    if (named !== undefined) return named as PackageManager;
    if (existsSync(join(at, '.git')) || dirname(at) === at) return 'npm';
  }
}

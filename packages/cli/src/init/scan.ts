import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { Source } from './source.ts';

/** The folder of the workspace that a package belongs to; the package itself if it belongs to none. */
export function findWorkspace(folder: string): string {
  for (let at = folder; ; at = dirname(at)) {
    if (existsSync(join(at, 'pnpm-workspace.yaml')) || hasWorkspaces(join(at, 'package.json'))) return at;
    // A repository may stand in a folder of another one.
    if (existsSync(join(at, '.git')) || dirname(at) === at) break;
  }
  return findPackage(folder) ?? folder;
}

/** The folder of the package that a file or folder belongs to. */
export function findPackage(from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    if (existsSync(join(at, 'package.json'))) return at;
    if (dirname(at) === at) return undefined;
  }
}

function hasWorkspaces(manifest: string): boolean {
  if (!existsSync(manifest)) return false;
  try {
    return 'workspaces' in (JSON.parse(readFileSync(manifest, 'utf8')) as object);
  } catch {
    return false;
  }
}

const skipped = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'coverage',
  'generated',
  '__generated__',
  'vendor',
  'public',
  'test',
  'tests',
  '__tests__',
  'e2e',
]);
const extensions = new Set(['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs']);
const mostBytes = 1_000_000;

/** Reads the files of an app in which tRPC is set up or served. */
export function scan(folder: string): Source[] {
  const found: Source[] = [];
  const visit = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true }).toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name) && !entry.name.startsWith('.')) visit(path);
      } else if (entry.isFile() && isSource(entry.name) && statSync(path).size < mostBytes) {
        const text = readFileSync(path, 'utf8');
        if (/@trpc\/server|@hono\/trpc-server/.test(text)) found.push(new Source(path, text));
      }
    }
  };
  visit(folder);
  return found;
}

function isSource(name: string): boolean {
  return (
    extensions.has(extname(name)) && !/\.(d|test|spec)\.[cm]?[jt]sx?$/.test(name) && !name.endsWith('.min.js')
  );
}

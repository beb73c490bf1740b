import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { findUpwards } from '../target/import.ts';
import { version } from '../version.ts';

/** What a run of `outputs` depended on, and what came of it. */
interface Kept<TResult> {
  /** Every file that was read, and the digest of its content. */
  files: [path: string, digest: string][];
  /** The folders of the app's own files, and a digest of what they hold: a new file may be found in place of another. */
  folders: [path: string, digest: string][];
  result: TResult;
}

/** The result of an earlier run, by the content of everything that it depended on. */
export interface Cache<TResult> {
  /** The earlier result, if nothing has changed since. */
  read(): TResult | undefined;
  /** Keeps a result. A file that cannot be written costs time in the next run, and nothing else. */
  write(result: TResult, files: readonly string[]): void;
  /** The app's own files that the kept result depends on. */
  ownFiles(): string[];
}

/** Opens the cache of one way to run `outputs`. `key` names everything but the files: options and versions. */
export function openCache<TResult>(root: string, key: readonly unknown[]): Cache<TResult> {
  const modules = findUpwards(root, 'node_modules') ?? join(root, 'node_modules');
  const name = digestOf(JSON.stringify([version, process.version, ...key])).slice(0, 16);
  const file = join(modules, '.cache', 'trpc-mcp', `outputs-${name}.json`);
  const readKept = (): Kept<TResult> | undefined => {
    try {
      return JSON.parse(readFileSync(file, 'utf8')) as Kept<TResult>;
    } catch {
      return undefined;
    }
  };
  return {
    read() {
      const kept = readKept();
      const isSame =
        kept !== undefined &&
        kept.folders.every(([path, digest]) => digestOfFolder(path) === digest) &&
        kept.files.every(([path, digest]) => digestOfFile(path) === digest);
      return isSame ? kept.result : undefined;
    },
    write(result, paths) {
      const files = [...new Set(paths)].map((path): [string, string] => [path, digestOfFile(path)]);
      const folders = foldersOf(paths, modules).map((path): [string, string] => [path, digestOfFolder(path)]);
      try {
        mkdirSync(dirname(file), { recursive: true });
        // Written under another name first, so that a run beside this one reads a whole file.
        const temporary = `${file}.${process.pid}`;
        writeFileSync(temporary, JSON.stringify({ files, folders, result } satisfies Kept<TResult>));
        renameSync(temporary, file);
      } catch {
        // The folder may be read-only, as in a container.
      }
    },
    ownFiles: () => (readKept()?.files ?? []).map(([path]) => path).filter(isOwn),
  };
}

export function isOwn(path: string): boolean {
  return !/[\\/]node_modules[\\/]/.test(path);
}

/** The folders whose list of files says where an import leads. */
function foldersOf(files: readonly string[], modules: string): string[] {
  const own = files.filter(isOwn).map((path) => dirname(path));
  return [...new Set([...own, modules, join(modules, '@types')])];
}

function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function digestOfFile(path: string): string {
  try {
    return digestOf(readFileSync(path));
  } catch {
    return 'missing';
  }
}

function digestOfFolder(path: string): string {
  try {
    // What is imported, and folders. The file that is written is none of them.
    const isImported = (name: string): boolean => /^[^.]+$|\.[cm]?[jt]sx?$/.test(name);
    const isAll = path.includes('node_modules');
    const names = readdirSync(path).filter((name) => !name.startsWith('.') && (isAll || isImported(name)));
    return digestOf(names.toSorted().join('\n'));
  } catch {
    return 'missing';
  }
}

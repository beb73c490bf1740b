import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface FolderLock {
  path(name: string): string;
  release(): void;
}

/** Makes the folder if needed and claims it for this process, because two PGlite processes in one folder destroy it. */
export function lockFolder(folder: string): FolderLock {
  const file = join(folder, 'process.pid');
  mkdirSync(folder, { recursive: true });
  const owner = ownerOf(file);
  if (owner !== undefined) {
    throw new Error(
      `${folder} is in use by process ${owner}. Stop that one, or set DEMO_DATA_DIR to another folder. ` +
        `If it is not this demo, delete ${file}.`,
    );
  }
  writeFileSync(file, String(process.pid));
  return { path: (name) => join(folder, name), release: () => rmSync(file, { force: true }) };
}

function ownerOf(file: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (!(pid > 0) || pid === process.pid) return undefined;
    process.kill(pid, 0); // signal 0 only asks whether the process is there
    return pid;
  } catch (error) {
    // EPERM: the process runs, under another user. Other errors: there is no file, or the process has ended.
    if (error instanceof Error && 'code' in error && error.code === 'EPERM')
      return Number(readFileSync(file, 'utf8'));
    return undefined;
  }
}

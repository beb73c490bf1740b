import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Whether git would commit a file: it is in a repository, and not ignored. */
export async function isCommitted(path: string): Promise<boolean> {
  const folder = nearestFolder(dirname(path));
  if (!isInRepository(folder)) return false;
  return new Promise((resolve) => {
    execFile('git', ['check-ignore', '--quiet', '--', path], { cwd: folder }, (error) => {
      // 0 says that it is ignored. Where git can't be asked, a commit is what has to be feared.
      resolve(error !== null);
    });
  });
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  return dirname(folder) !== folder && isInRepository(dirname(folder));
}

function nearestFolder(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestFolder(dirname(folder));
}

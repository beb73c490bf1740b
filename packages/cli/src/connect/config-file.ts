import { lstat, mkdir, open, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { randomBytes } from 'node:crypto';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';

export interface ConfigFile {
  /** The path that the client reads. */
  path: string;
  /** The file that is written: where the path leads to, if it is a link. */
  real: string;
  /** Its text without the byte order mark, or `undefined` if it is not there. */
  text: string | undefined;
  hasMark: boolean;
}

/** Reads a file as UTF-8. Throws a `CliError` if it can't be read, or is not text. */
export async function readConfig(path: string): Promise<ConfigFile> {
  const real = await followLinks(path);
  let bytes: Buffer;
  try {
    bytes = await readFile(real);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { path, real, text: undefined, hasMark: false };
    throw toFileError(path, 'read', error);
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CliError(`${path} is not UTF-8, and was left alone.`, {
      fix: 'Save it as UTF-8 in your editor, and run this again.',
    });
  }
  const hasMark = text.startsWith(mark);
  return { path, real, text: hasMark ? text.slice(1) : text, hasMark };
}

/**
 * Replaces a file in one step, so that nobody reads half of it. Its permissions and a link to it stay. Throws a
 * `CliError` if it changed since it was read.
 */
export async function writeConfig(file: ConfigFile, text: string, isPrivate: boolean): Promise<void> {
  const { path, real, hasMark } = file;
  const now = await readConfig(path);
  if (now.text !== file.text || now.real !== real) {
    throw new CliError(`${path} was changed by another program in the meantime, and was left alone.`, {
      exitCode: exitCode.failed,
      fix: 'Run the command again.',
    });
  }
  const temporary = `${real}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(real), { recursive: true });
    const mode = now.text === undefined ? (isPrivate ? 0o600 : 0o666) : (await stat(real)).mode & 0o7777;
    if (now.text !== undefined && (mode & 0o222) === 0) {
      throw Object.assign(new Error('it may only be read'), { code: 'EACCES' });
    }
    const handle = await open(temporary, 'wx', mode);
    try {
      // The mode that a file is made with is cut by the mask of the process.
      if (now.text !== undefined) await handle.chmod(mode);
      await handle.writeFile((hasMark ? mark : '') + text, 'utf8');
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, real);
  } catch (error) {
    await rm(temporary, { force: true });
    throw toFileError(path, 'written', error);
  }
}

const mark = '\uFEFF';

/** Follows links, of which the last may lead to a file that is not there yet. */
async function followLinks(path: string): Promise<string> {
  let real = path;
  for (let hops = 0; hops < 40; hops += 1) {
    const found = await lstat(real).catch(() => undefined);
    if (!found?.isSymbolicLink()) return real;
    real = resolve(dirname(real), await readlink(real));
  }
  throw new CliError(`${path} is a link that leads back to itself.`, { fix: 'Remove the link.' });
}

function toFileError(path: string, done: string, error: unknown): CliError {
  if (error instanceof CliError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  const fixes: Record<string, string> = {
    EACCES: 'Change its permissions, or use --print and copy the text.',
    EPERM: 'Change its permissions, or close the program that has it open.',
    EROFS: 'Use --print and copy the text.',
    EISDIR: 'Remove the folder that has its name.',
    ENOTDIR: 'Remove the file that is where its folder should be.',
    EEXIST: 'Remove the file that is where its folder should be.',
    ENOSPC: 'Make room on the disk.',
    EBUSY: 'Close the program that has it open.',
  };
  return new CliError(`${path} can't be ${done}: ${message}.`, {
    exitCode: exitCode.failed,
    fix: fixes[code ?? ''] ?? 'Use --print and copy the text.',
    cause: error,
  });
}

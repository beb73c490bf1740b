import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** If this environment variable is set, contract files are overwritten. */
export const updateVariable = 'UPDATE_MCP_LOCK';

/** `new` writes only missing files, `check` writes nothing, `update` writes all files. */
export type WriteMode = 'new' | 'check' | 'update';

interface RunnerState {
  testPath?: string;
  snapshotState?: { _updateSnapshot?: 'all' | 'new' | 'none' };
}

export function readMode(): WriteMode {
  if (process.env[updateVariable]) return 'update';
  switch (readRunner().snapshotState?._updateSnapshot) {
    case 'all':
      return 'update';
    case 'none':
      return 'check';
    default:
      return process.env['CI'] && process.env['CI'] !== 'false' ? 'check' : 'new';
  }
}

/** Resolves a path that is relative to the package of the running test. */
export async function locate(file: string | URL): Promise<string> {
  if (file instanceof URL) return fileURLToPath(file);
  const { testPath } = readRunner();
  return resolve(await findPackage(testPath === undefined ? process.cwd() : dirname(testPath)), file);
}

async function findPackage(start: string): Promise<string> {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = await access(join(folder, 'package.json')).then(
      () => true,
      () => false,
    );
    if (found) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/**
 * Reads the state of `expect`, where vitest and jest keep the running file and whether `-u` or CI is set for
 * snapshots.
 */
function readRunner(): RunnerState {
  const globals = globalThis as { expect?: Expect; [vitestExpect]?: Expect };
  return (globals.expect ?? globals[vitestExpect])?.getState?.() ?? {};
}

interface Expect {
  getState?(): RunnerState;
}

/** Where vitest keeps its `expect` without `globals: true`. */
const vitestExpect = Symbol.for('expect-global');

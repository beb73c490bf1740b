import { access } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Set to anything but nothing, it writes contract files anew. */
export const updateVariable = 'UPDATE_MCP_LOCK';

/** `new` writes what is not there, `check` writes nothing, `update` writes everything. */
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

/** The whole path of a file that is given relative to the package of the running test. */
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

/** vitest and jest say in the state of their `expect` which file runs, and what `-u` and CI mean for snapshots. */
function readRunner(): RunnerState {
  const globals = globalThis as { expect?: Expect; [vitestExpect]?: Expect };
  return (globals.expect ?? globals[vitestExpect])?.getState?.() ?? {};
}

interface Expect {
  getState?(): RunnerState;
}

/** Where vitest keeps its `expect` without `globals: true`. */
const vitestExpect = Symbol.for('expect-global');

import { watch as watchFiles } from 'chokidar';
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import process from 'node:process';

/** Many editors write a file in several steps. */
const settleMs = 100;

/**
 * Runs a command line again whenever one of the files changes, until it is stopped. `filesOf` is asked after each run, because
 * the app may import others then. A new process is used, because a module is loaded only once in each.
 */
export async function watchOutputs(
  args: readonly string[],
  filesOf: () => string[],
  first: string,
): Promise<never> {
  const watched = new Set<string>();
  const watcher = watchFiles([], { ignoreInitial: true });
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isAgain = false;
  const follow = (): void => {
    const paths = [dirname(first), ...filesOf().flatMap((file) => [file, dirname(file)])];
    const added = [...new Set(paths)].filter((path) => !watched.has(path));
    for (const path of added) watched.add(path);
    watcher.add(added);
  };
  const start = async (): Promise<void> => {
    if (isRunning) {
      isAgain = true;
      return;
    }
    isRunning = true;
    do {
      isAgain = false;
      await runAgain(args);
      follow();
    } while (isAgain as boolean);
    isRunning = false;
  };
  watcher.on('all', (_, path) => {
    if (!/\.(?:[cm]?[jt]sx?|json)$/.test(path) || /[\\/]node_modules[\\/]/.test(path)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void start(), settleMs);
  });
  follow();
  return new Promise<never>(() => {});
}

function runAgain(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1]!, ...args], {
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.on('close', () => resolve()).on('error', () => resolve()));
}

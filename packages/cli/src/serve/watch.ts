import { watch } from 'chokidar';
import { type ChildProcess, fork } from 'node:child_process';
import { basename, extname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Terminal } from '../terminal.ts';
import type { FromChild, ToChild } from './child.ts';
import type { AppPlace } from './app.ts';
import type { Proxy } from './proxy.ts';

/** The script of this command. */
const bin = fileURLToPath(new URL('../bin.js', import.meta.url));

/** A change often comes as several files, or as several writes of one. */
const settleMs = 150;

export interface Reloading {
  /** Resolves when the first version is loaded or has failed. */
  started: Promise<void>;
  close: () => Promise<void>;
}

/**
 * Serves the newest version of an app that loads, each in a process of its own. A version that does not load is told in
 * words, and the one before goes on.
 */
export function startReloading(
  place: AppPlace,
  args: readonly string[],
  proxy: Proxy,
  terminal: Terminal,
): Reloading {
  let current: ChildProcess | undefined;
  let loading: ChildProcess | undefined;
  let isClosed = false;

  const load = (reason: string | undefined): Promise<void> =>
    new Promise((resolve) => {
      // A newer change makes the version that still loads useless.
      loading?.kill('SIGKILL');
      const child = fork(bin, ['serve', ...args, '--child'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
        execArgv: [],
      });
      loading = child;
      child.on('message', (message: FromChild) => {
        if (child !== loading || isClosed) return;
        loading = undefined;
        if (message.type === 'failed') {
          terminal.note(`${terminal.colors.red('error:')} ${message.message}`);
          if (message.fix !== undefined) terminal.note(message.fix);
          terminal.note(
            current ? 'The version before is still served.' : 'It will be tried again when a file changes.',
          );
          if (!current) proxy.refuse();
          return resolve();
        }
        const before = current;
        current = child;
        proxy.use(message.port);
        const replaced: ToChild = { type: 'replaced' };
        before?.send(replaced, () => undefined);
        if (reason !== undefined) terminal.note(`Reloaded: ${reason} has changed.`);
        resolve();
      });
      child.on('exit', (code, signal) => {
        if (child === loading) {
          loading = undefined;
          if (signal !== 'SIGKILL') terminal.note(`The app ended while it was loaded (${signal ?? code}).`);
          if (!current) proxy.refuse();
          resolve();
        }
        if (child !== current || isClosed) return;
        current = undefined;
        proxy.refuse();
        terminal.note(
          `The app ended by itself (${signal ?? code}). It is started again when a file changes.`,
        );
      });
    });

  const started = load(undefined);
  const { root } = place;
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (path, stats) => isIgnored(relative(root, path), stats?.isFile() === true),
  });
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', (_, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => void load(relative(root, path)), settleMs);
  });
  watcher.on('error', (error) => terminal.note(`Changes can't be seen: ${(error as Error).message}`));
  return {
    started: Promise.all([
      started,
      new Promise<void>((resolve) => watcher.once('ready', () => resolve())),
    ]).then(() => undefined),
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await watcher.close();
      for (const child of [loading, current]) await end(child);
    },
  };
}

const codeExtensions = new Set(['.ts', '.mts', '.cts', '.tsx', '.js', '.mjs', '.cjs', '.jsx']);

/** Only code and settings count: an app may write its own data into its folder. */
export function isIgnored(path: string, isFile: boolean): boolean {
  const parts = path.split(/[/\\]/);
  if (parts.includes('node_modules')) return true;
  const name = basename(path);
  const isEnv = /^\.env(?:\..+)?$/.test(name);
  if (parts.some((part) => part.startsWith('.') && part.length > 1 && part !== '..') && !isEnv) return true;
  if (!isFile || isEnv) return false;
  return !codeExtensions.has(extname(name)) && !/^(?:package|tsconfig.*)\.json$/.test(name);
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  await new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    // Its end with the parent: it exits when it is disconnected.
    if (child.connected) child.disconnect();
    setTimeout(() => child.kill('SIGKILL'), 2000).unref();
  });
}

import type * as Pty from '@lydell/node-pty';
import { stripVTControlCharacters } from 'node:util';
import process from 'node:process';
import { bin, plainEnv, type RunOptions } from './run.ts';

/** The command on a terminal, and what a person does there. */
export interface Tty {
  /** All that was shown, without colours and movements of the cursor. */
  text: () => string;
  /** Waits until this is shown, after what was waited for before. */
  see: (shown: string | RegExp) => Promise<void>;
  /** Types keys. `\r` is Enter, `\x03` is Ctrl-C, `\x1b[B` the arrow down. */
  type: (keys: string) => void;
  /** The exit code. */
  end: Promise<number>;
}

/** Loads what makes terminals; `undefined` where its binary is not there for this machine. */
export async function loadPty(): Promise<typeof Pty | undefined> {
  try {
    return await import('@lydell/node-pty');
  } catch (error) {
    console.warn(`Tests on a terminal are skipped: ${(error as Error).message}`);
    return undefined;
  }
}

/** Starts the command on a terminal of 120 columns. */
export function openTty(
  pty: typeof Pty,
  args: readonly string[],
  { cwd = process.cwd(), env = {}, bin: started = bin }: RunOptions & { bin?: string } = {},
): Tty {
  const child: Pty.IPty = pty.spawn(process.execPath, [started, ...args], {
    cols: 120,
    rows: 40,
    cwd,
    env: { ...plainEnv(), TERM: 'xterm-256color', ...env },
  });
  let shown = '';
  let seen = 0;
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const each of waiting) each();
  };
  child.onData((data) => {
    shown += data;
    wake();
  });
  let isOver = false;
  const end = new Promise<number>((resolve) => {
    child.onExit(({ exitCode }) => {
      isOver = true;
      wake();
      resolve(exitCode);
    });
  });
  const text = (): string => stripVTControlCharacters(shown).replaceAll('\r', '');
  const see = (wanted: string | RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const rest = text().slice(seen);
        const found = typeof wanted === 'string' ? wanted : (wanted.exec(rest)?.[0] ?? '\0');
        const at = rest.indexOf(found);
        if (at >= 0) {
          seen += at + found.length;
          waiting.delete(look);
          resolve();
        } else if (isOver) {
          waiting.delete(look);
          reject(new Error(`${String(wanted)} was not shown before the end:\n${text()}`));
        }
      };
      waiting.add(look);
      look();
    });
  return { text, see, type: (keys) => child.write(keys), end };
}

import { confirm, isCancel, multiselect, password, progress, select, spinner, text } from '@clack/prompts';
import Table from 'cli-table3';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import pico from 'picocolors';
import { CliError } from './cli-error.ts';
import { exitCode } from './exit-code.ts';

export type Colors = ReturnType<typeof pico.createColors>;

/** One thing to choose. */
export interface Choice<TValue> {
  value: TValue;
  label: string;
  hint?: string;
}

/** Says how far a piece of work is: `done` of `total`, or only what it does at the moment. */
export type Tell = (message: string, done?: number, total?: number) => void;

/** Where a command writes, and how it asks. */
export interface Terminal {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether a person can be asked: input and notes are on a terminal, and it is not CI. */
  readonly isInteractive: boolean;
  /** Whether the answer goes to a terminal. */
  readonly isTerminal: boolean;
  /** How wide the terminal is, in columns. */
  readonly width: number;
  /** Colours for the answer. They are off where it does not go to a terminal. */
  readonly colors: Colors;
  /** Writes the answer. */
  readonly print: (line: string) => void;
  /** Writes what is not the answer: warnings, hints, what happens. */
  readonly note: (line: string) => void;
  readonly printJson: (value: unknown) => void;
  /** A table on a terminal; elsewhere one line for each row, with tabs between its cells, and no head. */
  readonly table: (head: readonly string[], rows: readonly (readonly string[])[]) => void;
  /** Does a piece of work. From one second on, a terminal shows that it goes on. */
  readonly work: <T>(title: string, task: (tell: Tell) => Promise<T>) => Promise<T>;
  /** `instead` says what to do where nobody can be asked. */
  readonly confirm: (question: string, instead: string) => Promise<boolean>;
  readonly ask: (
    question: string,
    instead: string,
    options?: {
      initial?: string;
      placeholder?: string;
      isSecret?: boolean;
      validate?: (text: string) => string | undefined;
    },
  ) => Promise<string>;
  readonly select: <TValue>(
    question: string,
    choices: readonly Choice<TValue>[],
    instead: string,
  ) => Promise<TValue>;
  readonly multiselect: <TValue>(
    question: string,
    choices: readonly Choice<TValue>[],
    instead: string,
    initial?: readonly TValue[],
  ) => Promise<TValue[]>;
}

/** The terminal of this process. */
export function createTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const isInteractive = stdin.isTTY && stderr.isTTY && !env['CI'];
  const isTerminal = stdout.isTTY;
  const colors = pico.createColors(isTerminal && pico.isColorSupported);
  const toErrors = { output: stderr };
  const mustAsk = (question: string, instead: string): void => {
    if (!isInteractive)
      throw new CliError(`"${question}" cannot be asked, because this is not an interactive terminal`, {
        fix: instead,
      });
  };
  return {
    cwd: process.cwd(),
    env,
    stdin,
    stdout,
    stderr,
    isInteractive,
    isTerminal,
    width: stdout.columns ?? 120,
    colors,
    print: (line) => void stdout.write(`${line}\n`),
    note: (line) => void stderr.write(`${line}\n`),
    printJson: (value) => void stdout.write(`${JSON.stringify(value, undefined, 2)}\n`),
    table: (head, rows) => {
      const lines = isTerminal
        ? drawTable(head, rows, colors)
        : rows.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')).join('\t')).join('\n');
      if (lines !== '') stdout.write(`${lines}\n`);
    },
    work: (title, task) => showWork(title, task, stderr.isTTY),
    confirm: async (message, instead) => {
      mustAsk(message, instead);
      return answered(await confirm({ message, ...toErrors }));
    },
    ask: async (message, instead, { initial, placeholder, isSecret = false, validate } = {}) => {
      mustAsk(message, instead);
      const check = validate && { validate: (value: string | undefined) => validate(value ?? '') };
      if (isSecret) return answered(await password({ message, ...check, ...toErrors }));
      const start = {
        ...(initial !== undefined && { initialValue: initial }),
        ...(placeholder !== undefined && { placeholder }),
      };
      return answered(await text({ message, ...start, ...check, ...toErrors })) ?? '';
    },
    select: async <TValue>(message: string, choices: readonly Choice<TValue>[], instead: string) => {
      mustAsk(message, instead);
      // Cast: the library's type of a choice depends on whether its value is a text.
      return answered(await select({ message, options: [...choices] as never, ...toErrors })) as TValue;
    },
    multiselect: async <TValue>(
      message: string,
      choices: readonly Choice<TValue>[],
      instead: string,
      initial: readonly TValue[] = [],
    ) => {
      mustAsk(message, instead);
      const initialValues = [...initial] as never[];
      // Cast: as for `select`.
      return answered(
        await multiselect({ message, options: [...choices] as never, initialValues, ...toErrors }),
      ) as TValue[];
    },
  };
}

/** Ctrl-C at a question ends the command. */
function answered<T>(answer: T): Exclude<T, symbol> {
  if (isCancel(answer)) throw new CliError('Cancelled.', { exitCode: exitCode.cancelled });
  // Cast: the library's only symbol is the one of a cancelled question.
  return answer as Exclude<T, symbol>;
}

const noticeableMs = 1000;

async function showWork<T>(title: string, task: (tell: Tell) => Promise<T>, isShown: boolean): Promise<T> {
  if (!isShown) return task(() => {});
  const output = process.stderr;
  let shown:
    | { message: (text: string) => void; clear: () => void; advance?: (step: number, text: string) => void }
    | undefined;
  let last: Parameters<Tell> = [title];
  let drawn = 0;
  const draw = (): void => {
    const [message, done = 0] = last;
    if (shown?.advance && done > drawn) shown.advance(done - drawn, message);
    else shown?.message(message);
    drawn = Math.max(done, drawn);
  };
  const timer = setTimeout(() => {
    const [, , total] = last;
    if (total === undefined) {
      const made = spinner({ output });
      made.start(title);
      shown = made;
    } else {
      const made = progress({ output, max: total });
      made.start(title);
      shown = made;
    }
    draw();
  }, noticeableMs);
  try {
    return await task((...told) => {
      last = told;
      draw();
    });
  } finally {
    clearTimeout(timer);
    shown?.clear();
  }
}

/** The sides of a table: a line under the head, and nothing else. */
const sides = {
  ...Object.fromEntries(
    ['top', 'top-mid', 'top-left', 'top-right', 'bottom', 'bottom-mid', 'bottom-left', 'bottom-right'].map(
      (side) => [side, ''],
    ),
  ),
  ...Object.fromEntries(
    ['left', 'left-mid', 'right', 'right-mid', 'mid', 'mid-mid'].map((side) => [side, '']),
  ),
  middle: '  ',
};

function drawTable(head: readonly string[], rows: readonly (readonly string[])[], colors: Colors): string {
  const table = new Table({
    head: head.map((cell) => colors.dim(cell)),
    chars: sides,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}

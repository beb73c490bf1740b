import { confirm, isCancel, multiselect, password, progress, select, spinner, text } from '@clack/prompts';
import Table from 'cli-table3';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import pico from 'picocolors';
import { CliError } from './cli-error.ts';
import { exitCode } from './exit-code.ts';
import { toPrintable } from './printable.ts';

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

/** The terminal of this process. The answer is written to `answer`. */
export function createTerminal(answer: Writable = process.stdout): Terminal {
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
    stdout: answer,
    stderr,
    isInteractive,
    isTerminal,
    width: stdout.columns ?? 120,
    colors,
    print: (line) => void answer.write(`${toPrintable(line)}\n`),
    note: (line) => void stderr.write(`${toPrintable(line)}\n`),
    printJson: (value) => void answer.write(`${toJson(value)}\n`),
    table: (head, rows) => {
      const clean = rows.map((row) => row.map(toPrintable));
      const lines = isTerminal
        ? drawTable(head.map(toPrintable), clean, colors)
        : clean.map((row) => row.map((cell) => cell.replaceAll(/\s+/g, ' ')).join('\t')).join('\n');
      if (lines !== '') answer.write(`${lines}\n`);
    },
    work: (title, task) => showWork(title, task, stderr.isTTY),
    confirm: async (message, instead) => {
      mustAsk(message, instead);
      return answered(await confirm({ message: toPrintable(message), ...toErrors }));
    },
    ask: async (question, instead, { initial, placeholder, isSecret = false, validate } = {}) => {
      mustAsk(question, instead);
      const message = toPrintable(question);
      const check = validate && { validate: (value: string | undefined) => validate(value ?? '') };
      if (isSecret) return answered(await password({ message, ...check, ...toErrors }));
      const start = {
        ...(initial !== undefined && { initialValue: initial }),
        ...(placeholder !== undefined && { placeholder }),
      };
      return answered(await text({ message, ...start, ...check, ...toErrors })) ?? '';
    },
    select: async <TValue>(question: string, choices: readonly Choice<TValue>[], instead: string) => {
      mustAsk(question, instead);
      const message = toPrintable(question);
      // Cast: the library's type of a choice depends on whether its value is a text.
      return answered(
        await select({ message, options: choices.map(toPrintableChoice) as never, ...toErrors }),
      ) as TValue;
    },
    multiselect: async <TValue>(
      question: string,
      choices: readonly Choice<TValue>[],
      instead: string,
      initial: readonly TValue[] = [],
    ) => {
      mustAsk(question, instead);
      const message = toPrintable(question);
      const initialValues = [...initial] as never[];
      // Cast: as for `select`.
      return answered(
        await multiselect({
          message,
          options: choices.map(toPrintableChoice) as never,
          initialValues,
          ...toErrors,
        }),
      ) as TValue[];
    },
  };
}

/** JSON escapes most characters of control, but not those which some terminals take for the beginning of a sequence. */
function toJson(value: unknown): string {
  return JSON.stringify(value, undefined, 2).replaceAll(
    // oxlint-disable-next-line no-control-regex -- these are the characters that are looked for
    /[\u007F-\u009F]/g,
    (control) => `\\u00${control.charCodeAt(0).toString(16)}`,
  );
}

function toPrintableChoice<TValue>(choice: Choice<TValue>): Choice<TValue> {
  return { ...choice, label: toPrintable(choice.label) };
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
      const made = spinner({ output, withGuide: false });
      made.start(title);
      shown = made;
    } else {
      const made = progress({ output, max: total, withGuide: false });
      made.start(title);
      shown = made;
    }
    draw();
  }, noticeableMs);
  try {
    return await task((...told) => {
      const [message, ...amounts] = told;
      last = [toPrintable(message), ...amounts];
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

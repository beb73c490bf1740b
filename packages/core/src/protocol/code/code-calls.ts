import type { OpenQuestions } from '../../call/ask.ts';
import { digest } from '../../call/digest.ts';
import type { CodeResult } from '../../catalog/code-mode.ts';
import type { InnerEnd } from './inner-call.ts';
import type { Journal, KeptCall } from './journal.ts';

/** What the calls of a run need of everything around them. */
export interface CodeCallsOptions {
  /** Whether somebody can be asked. Without it, nothing has to be kept. */
  canAsk: boolean;
  /** What was kept of the run, if it goes on after a question. */
  journal: Journal | undefined;
  /** Calls a tool. `state` is set for a call that asked in an earlier round. Never rejects. */
  perform: (name: string, args: unknown, again: Again | undefined) => Promise<InnerEnd>;
  /** Keeps the run, and asks a person. Resolves with a result for the calls that ask if it cannot be kept. */
  suspend: (asked: number, open: OpenQuestions, calls: Journal['calls']) => Promise<CodeResult | undefined>;
  /** Ends the run, because the code does not make the calls that it made before. */
  differ: (index: number, before: string, now: string) => void;
}

/** What a call brings that asked before. */
export interface Again {
  index: number;
  state: NonNullable<KeptCall['state']>;
  /** Whether it is the call whose question was answered. */
  isAnswered: boolean;
}

/** A call that has to ask a person. */
interface Asking {
  index: number;
  call: KeptCall;
  open: OpenQuestions;
  resolve: (result: CodeResult) => void;
}

/** The results of calls before a question have no more characters, as JSON. */
export const mostKept: number = 2 ** 20;

/**
 * The calls of one run of code. Results are delivered in the order of the calls, each when the code has done all that it does
 * with the one before: so the code does the same when it runs again. While a question is prepared, nothing is delivered and
 * nothing begins, so that the code cannot notice it.
 */
export class CodeCalls {
  readonly #options: CodeCallsOptions;
  /** What was kept of the calls of earlier rounds. */
  readonly #before: ReadonlyMap<number, KeptCall>;
  /** What is kept if a person is asked now, also of calls that this round has not made again yet. */
  readonly #kept = new Map<number, KeptCall>();
  #asking: Asking[] = [];
  #count = 0;
  #running = 0;
  #characters = 0;
  #delivery: Promise<void> = Promise.resolve();
  /** Set while a question is prepared. */
  #pause: Promise<void> | undefined;
  #wake: (() => void) | undefined;
  #isOver = false;

  constructor(options: CodeCallsOptions) {
    this.#options = options;
    this.#before = new Map(options.journal?.calls);
    for (const [index, call] of this.#before) this.#keep(index, call);
  }

  /** Calls a tool. Never settles if the run ends before. */
  call(name: string, args: unknown): Promise<CodeResult> {
    const work = this.#run(this.#count++, name, args);
    const before = this.#delivery;
    return new Promise((resolve) => {
      this.#delivery = before
        .then(() => work)
        .then(async (result) => {
          for (let hold = this.#hold(); hold; hold = this.#hold()) await hold;
          resolve(result);
          await nextTurn();
        });
    });
  }

  /** Ends the run: nothing more begins, and nothing is delivered. */
  end(): void {
    this.#isOver = true;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  async #run(index: number, name: string, args: unknown): Promise<CodeResult> {
    const { canAsk, journal, perform, differ } = this.#options;
    const of = canAsk ? await digest([name, args ?? {}]) : '';
    const kept = this.#before.get(index);
    // What begins after this loop is seen by a question that is prepared, because nothing is awaited in between.
    for (let hold = this.#hold(); hold; hold = this.#hold()) await hold;
    if (kept && kept.of !== of) {
      differ(index, kept.name, name);
      return never();
    }
    if (kept?.result !== undefined) return JSON.parse(kept.result) as CodeResult;
    const again = kept?.state && { index, state: kept.state, isAnswered: index === journal!.asked };
    this.#running++;
    try {
      const end = await perform(name, args, again);
      if (end.kind === 'result') {
        if (canAsk) this.#keepResult(index, { name, of }, end.result);
        return end.result;
      }
      const { requests: _, ...state } = end.open;
      return await new Promise<CodeResult>((resolve) => {
        this.#asking.push({ index, call: { name, of, state }, open: end.open, resolve });
        this.#pause ??= this.#prepare();
        this.#wake?.();
      });
    } finally {
      this.#running--;
      this.#wake?.();
    }
  }

  #keepResult(index: number, { name, of }: Pick<KeptCall, 'name' | 'of'>, ended: CodeResult): void {
    const result = toText(ended);
    if (result === undefined) this.#characters = Number.POSITIVE_INFINITY;
    this.#keep(index, { name, of, result });
  }

  #keep(index: number, call: KeptCall): void {
    this.#characters += call.result?.length ?? 0;
    // Nothing of it can be kept any more, and nobody needs it.
    if (this.#characters > mostKept) this.#kept.clear();
    else this.#kept.set(index, call);
  }

  /** Waits until no call runs but those that ask, and asks the question of the first one. */
  async #prepare(): Promise<void> {
    while (this.#running > this.#asking.length) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    if (this.#isOver) return never();
    const asking = this.#asking.toSorted((a, b) => a.index - b.index);
    const failed = await this.#trySuspend(asking);
    if (!failed || this.#isOver) return never();
    this.#asking = [];
    this.#pause = undefined;
    for (const { index, call, resolve } of asking) {
      this.#keepResult(index, call, failed);
      resolve(failed);
    }
  }

  async #trySuspend(asking: readonly Asking[]): Promise<CodeResult | undefined> {
    if (this.#characters > mostKept) return tooLarge;
    const [first] = asking;
    for (const { index, call } of asking) this.#kept.set(index, call);
    return this.#options.suspend(first!.index, first!.open, [...this.#kept]);
  }

  /** What has to be waited for: while a question is prepared, its end; when the run has ended, something that never comes. */
  #hold(): Promise<void> | undefined {
    return this.#isOver ? never() : this.#pause;
  }
}

const tooLarge: CodeResult = {
  ok: false,
  code: 'PAYLOAD_TOO_LARGE',
  message: `this asks a person first, and the results of the calls before it have more than ${mostKept} characters together, which is too much to keep until the answer; nothing was done; make this call in a run of its own, or before those with large results`,
};

/** Returns `undefined` for what cannot be written, and so not be kept. */
function toText(result: CodeResult): string | undefined {
  try {
    return JSON.stringify(result);
  } catch {
    return undefined;
  }
}

function never(): Promise<never> {
  return new Promise(() => {});
}

/** Waits until everything is done that waits for nothing but promises. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === 'function') setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}

import { WireError } from './wire-error.ts';

/**
 * How many steps a request may take to choose between the branches of unions: in repair, in decoding, and when an error
 * is explained, all together. Real arguments stay far below this.
 */
const maxSteps = 400_000;

/** What one request has spent, and what has been found out about its values, so that nothing is found out twice. */
export class Budget {
  /** Whether several calls spend from it. */
  isOfBatch = false;
  #left: number;
  readonly #notes = new Map<object, Map<object, unknown>>();

  constructor(steps: number = maxSteps) {
    this.#left = steps;
  }

  /** Throws a WireError when the request has spent everything. */
  spend(steps: number): void {
    this.#left -= steps;
    if (!(this.#left >= 0)) {
      throw new WireError('too many alternatives to try; send fewer or less nested values in one call');
    }
  }

  /** Returns the answer to a question about a value, which is found out once. `question` is any object that stands for it. */
  ask<TAnswer>(question: object, value: object, find: () => TAnswer): TAnswer {
    let answers = this.#notes.get(question);
    if (answers === undefined) this.#notes.set(question, (answers = new Map()));
    if (answers.has(value)) return answers.get(value) as TAnswer;
    const answer = find();
    answers.set(value, answer);
    return answer;
  }
}

// All steps of a request that spend something are synchronous, so one variable holds the budget of the one that runs.
let current: Budget | undefined;

/** The budget of the request that runs at this moment. Outside of a request, each caller gets one of its own. */
export function currentBudget(): Budget {
  return current ?? new Budget();
}

/**
 * Runs something with a new budget, which what is explained about these arguments later is taken from too. All calls of a
 * batch have one budget.
 */
export function withNewBudget<TResult>(args: unknown, run: () => TResult): TResult {
  const known = isObject(args) ? budgets.get(args) : undefined;
  const budget = known?.isOfBatch ? known : new Budget();
  if (isObject(args)) budgets.set(args, budget);
  return withBudget(budget, run);
}

/** Runs something with what is left of the budget of these arguments. */
export function withRestOfBudget<TResult>(args: unknown, run: () => TResult): TResult {
  return withBudget((isObject(args) ? budgets.get(args) : undefined) ?? new Budget(), run);
}

/** Makes the arguments of all calls of a batch spend from one budget, which is that of so many requests. */
export function shareOneBudget(all: readonly unknown[], requests: number = 1): void {
  const budget = new Budget(requests * maxSteps);
  budget.isOfBatch = true;
  for (const args of all) if (isObject(args)) budgets.set(args, budget);
}

/** Remembers what is found out while something runs, without a limit: for what the app itself has made. */
export function withMemory<TResult>(run: () => TResult): TResult {
  return withBudget(new Budget(Number.POSITIVE_INFINITY), run);
}

/** Makes one object of arguments spend from the budget of another one, of which it is a part or the whole. */
export function shareBudget(args: unknown, from: unknown): void {
  const budget = isObject(from) ? budgets.get(from) : undefined;
  if (budget !== undefined && isObject(args)) budgets.set(args, budget);
}

function withBudget<TResult>(budget: Budget, run: () => TResult): TResult {
  const outer = current;
  current = budget;
  try {
    return run();
  } finally {
    current = outer;
  }
}

// A budget lives as long as the arguments that it belongs to.
const budgets = new WeakMap<object, Budget>();

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

import type { EvalCall } from './call.ts';
import type { AnswerPattern, EvalExpectation } from './case.ts';
import { describe, matches, toFresh } from './pattern.ts';

/** What happened in one repetition of a case, as far as it is compared with what was expected. */
export interface Happened {
  answer: string;
  calls: readonly EvalCall[];
  /** How many calls the model made, which may be fewer than the calls that code made for it. */
  modelCalls: number;
  tokens: { input: number; output: number };
  questions: readonly string[];
}

/** An expected call, without the types of a router. */
interface Expected {
  tool: string;
  input?: unknown;
  times?: number | { min?: number; max?: number };
  refused?: true | string;
}

/** Compares what happened with what was expected. Returns what is not as expected, in sentences. `state` is not asked here. */
export function findFailures(expect: EvalExpectation, happened: Happened): string[] {
  const { calls, answer, questions, modelCalls, tokens } = happened;
  // Cast: the types of the names are those of a router, and here they are texts.
  const expected = (expect.calls ?? []) as readonly Expected[];
  const failures = expect.inOrder ? findOutOfOrder(expected, calls) : findMissing(expected, calls);
  failures.push(...findTooMany(expected, calls));
  if (expect.noOtherCalls) {
    const others = calls.filter((call) => !expected.some((each) => fits(call, each)));
    if (others.length > 0) failures.push(`No other calls were expected, and there were: ${list(others)}.`);
  }
  for (const each of expect.notCalled ?? [])
    failures.push(...findForbidden(each as string | Expected, calls));
  for (const pattern of toPatterns(expect.answer)) failures.push(...findWrongAnswer(pattern, answer));
  if (expect.asks !== undefined) failures.push(...findWrongQuestions(expect.asks, questions));
  const { maxCalls, maxTokens } = expect;
  if (maxCalls !== undefined && modelCalls > maxCalls)
    failures.push(
      `At most ${count(maxCalls, 'call')} were expected, and there were ${modelCalls}: ${list(calls)}.`,
    );
  const all = tokens.input + tokens.output;
  if (maxTokens !== undefined && all > maxTokens)
    failures.push(`At most ${maxTokens} tokens were expected, and ${all} were needed.`);
  return failures;
}

/** Whether a call is of a tool. A tool that has a name of its own can also be named by its path. */
export function isOf({ tool, path }: EvalCall, name: string): boolean {
  return tool === name || path?.replaceAll('.', '_') === name;
}

function fits(call: EvalCall, { tool, input, refused }: Expected): boolean {
  if (!isOf(call, tool) || !isLike(call.input, input)) return false;
  if (refused === undefined) return call.refused === undefined;
  return refused === true ? call.refused !== undefined : call.refused === refused;
}

/** A predicate that throws does not take the value. */
function isLike(input: unknown, pattern: unknown): boolean {
  if (pattern === undefined) return true;
  try {
    return matches(input ?? {}, pattern);
  } catch {
    return false;
  }
}

/** Each call counts for one expectation. Kuhn's algorithm finds how the most of them are fulfilled. */
function findMissing(expected: readonly Expected[], calls: readonly EvalCall[]): string[] {
  const slots = expected.flatMap((each) => Array.from({ length: leastOf(each) }, () => each));
  const takenBy = new Map<number, number>();
  const place = (slot: number, tried: Set<number>): boolean =>
    calls.some((call, at) => {
      if (tried.has(at) || !fits(call, slots[slot]!)) return false;
      tried.add(at);
      const other = takenBy.get(at);
      if (other !== undefined && !place(other, tried)) return false;
      takenBy.set(at, slot);
      return true;
    });
  const missing = slots.filter((_, slot) => !place(slot, new Set()));
  return [...new Set(missing)].map((each) => describeMissing(each, calls));
}

function findOutOfOrder(expected: readonly Expected[], calls: readonly EvalCall[]): string[] {
  let from = 0;
  for (const each of expected) {
    for (let left = leastOf(each); left > 0; left--) {
      const at = calls.findIndex((call, index) => index >= from && fits(call, each));
      if (at !== -1) {
        from = at + 1;
        continue;
      }
      const isElsewhere = calls.filter((call) => fits(call, each)).length >= leastOf(each);
      return [
        isElsewhere
          ? `Expected ${describeCall(each)} after the calls that are named before it. The order was: ${list(calls)}.`
          : describeMissing(each, calls),
      ];
    }
  }
  return [];
}

function findTooMany(expected: readonly Expected[], calls: readonly EvalCall[]): string[] {
  return expected.flatMap((each) => {
    const most = typeof each.times === 'object' ? each.times.max : each.times;
    const found = calls.filter((call) => fits(call, each)).length;
    if (most === undefined || found <= most) return [];
    return [`Expected ${describeCall(each)} at most ${count(most, 'time')}, and there were ${found}.`];
  });
}

function findForbidden(forbidden: string | Expected, calls: readonly EvalCall[]): string[] {
  const { tool, input } = typeof forbidden === 'string' ? { tool: forbidden, input: undefined } : forbidden;
  const made = calls.filter((call) => isOf(call, tool) && isLike(call.input, input));
  if (made.length === 0) return [];
  return [
    `${describeCall({ tool, input })} must not be made, and was made: ${list(made)}.`.replace(
      /^a call/,
      'A call',
    ),
  ];
}

function toPatterns(answer: EvalExpectation['answer'] = []): readonly AnswerPattern[] {
  // `Array.isArray` does not tell a list that is readonly from the rest.
  return Array.isArray(answer) ? (answer as readonly AnswerPattern[]) : [answer as AnswerPattern];
}

function findWrongAnswer(pattern: AnswerPattern, answer: string): string[] {
  const quoted = `The answer was: ${shorten(answer === '' ? '(nothing)' : JSON.stringify(answer))}`;
  if (typeof pattern === 'function') {
    let verdict: boolean | string;
    try {
      verdict = pattern(answer);
    } catch (error) {
      verdict = error instanceof Error ? error.message : String(error);
    }
    if (verdict === true) return [];
    return [
      typeof verdict === 'string' ? `${verdict} ${quoted}` : `The answer was not as expected. ${quoted}`,
    ];
  }
  const isThere =
    typeof pattern === 'string'
      ? answer.toLowerCase().includes(pattern.toLowerCase())
      : toFresh(pattern).test(answer);
  return isThere
    ? []
    : [
        `Expected the answer to ${typeof pattern === 'string' ? 'contain' : 'match'} ${describe(pattern)}. ${quoted}`,
      ];
}

function findWrongQuestions(asks: boolean | string | RegExp, questions: readonly string[]): string[] {
  const asked = questions.map((each) => JSON.stringify(each)).join(', ');
  if (asks === false)
    return questions.length === 0 ? [] : [`No question was expected, and a tool asked: ${asked}.`];
  if (questions.length === 0) return ['A tool was expected to ask the person, and none did.'];
  if (asks === true || questions.some((each) => findWrongAnswer(asks, each).length === 0)) return [];
  return [`Expected a question like ${describe(asks)}, and a tool asked: ${asked}.`];
}

function describeMissing(expected: Expected, calls: readonly EvalCall[]): string {
  const wanted = `Expected ${describeCall(expected)}`;
  const least = leastOf(expected);
  const found = calls.filter((call) => fits(call, expected)).length;
  if (found > 0 && found < least)
    return `${wanted} ${count(least, 'time')}, and there ${found === 1 ? 'was 1' : `were ${found}`}.`;
  const same = calls.filter((call) => isOf(call, expected.tool));
  if (found >= least)
    return `${wanted}, and every such call counts for another expectation already: ${list(same)}.`;
  if (same.length > 0) return `${wanted}. It was called: ${list(same)}.`;
  return `${wanted}. ${calls.length === 0 ? 'No tool was called.' : `Called instead: ${list(calls)}.`}`;
}

function describeCall({ tool, input, refused }: Expected): string {
  const withInput = input === undefined ? '' : ` with ${shorten(describe(input))}`;
  const withEnd =
    refused === undefined ? '' : refused === true ? ' that is refused' : ` that is refused with ${refused}`;
  return `a call of ${tool}${withInput}${withEnd}`;
}

function list(calls: readonly EvalCall[]): string {
  const shown = calls.slice(0, 8).map(({ tool, input, refused }) => {
    const end = refused === undefined ? '' : `, refused with ${refused}`;
    const written = input === undefined ? '' : describe(input);
    return `${tool}(${shorten(written === '{}' ? '' : written)}${end})`;
  });
  return [...shown, ...(calls.length > 8 ? [`and ${calls.length - 8} more`] : [])].join(', ');
}

function leastOf({ times }: Expected): number {
  return typeof times === 'object' ? (times.min ?? (times.max === undefined ? 1 : 0)) : (times ?? 1);
}

function shorten(text: string): string {
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? '' : 's'}`;
}

import { EvalsError } from './evals-error.ts';
import { findNearest } from './nearest.ts';

/** Throws an `EvalsError` with everything that is wrong in evals, before any of them runs. */
export function checkEvals(router: unknown, options: unknown): void {
  const problems = findProblems(router, options);
  if (problems.length > 0)
    throw new EvalsError(
      'DEFINITION_INVALID',
      problems.length === 1
        ? problems[0]!
        : `${problems.length} things are wrong in the evals:\n${problems.map((each) => `  ${each}`).join('\n')}`,
      'Correct what defineEvals(router, { people, cases }) is given.',
    );
}

const kinds = {
  people: 'object',
  cases: 'list',
  options: 'object',
  system: ['string', 'function'],
  model: ['string', 'object', 'function'],
  agent: 'function',
  setup: 'function',
  close: 'function',
  consent: ['string', 'function'],
  repeat: 'count',
  passRate: 'rate',
  timeoutMs: 'count',
  maxSteps: 'count',
} as const;

const caseKinds = {
  name: 'string',
  say: ['string', 'list'],
  as: 'string',
  expect: 'object',
  setup: 'function',
  consent: ['string', 'function'],
  repeat: 'count',
  passRate: 'rate',
  timeoutMs: 'count',
  maxSteps: 'count',
  tags: 'list',
  only: 'boolean',
  skip: ['boolean', 'string'],
} as const;

const expectKinds = {
  calls: 'list',
  inOrder: 'boolean',
  noOtherCalls: 'boolean',
  notCalled: 'list',
  answer: ['string', 'expression', 'function', 'list'],
  asks: ['boolean', 'string', 'expression'],
  state: 'function',
  maxCalls: 'amount',
  maxTokens: 'amount',
} as const;

const personKinds = { ctx: [], createContext: 'function', authInfo: 'object' } as const;

const callKinds = {
  tool: 'string',
  input: [],
  times: ['times', 'object'],
  refused: ['true', 'string'],
} as const;

const timesKinds = { min: 'times', max: 'times' } as const;

const exampleOfCall = "{ tool: 'posts_rename', input: { … } }";

type Kinds = Readonly<Record<string, string | readonly string[]>>;

function findProblems(router: unknown, options: unknown): string[] {
  const isRouter =
    (typeof router === 'object' || typeof router === 'function') &&
    router !== null &&
    typeof (router as { createCaller?: unknown }).createCaller === 'function';
  if (!isRouter) return ['The first argument of defineEvals is no tRPC router.'];
  if (!isObject(options)) return ['The second argument of defineEvals is no object with cases.'];
  const problems = findWrong('defineEvals', options, kinds);
  if (options['cases'] === undefined) problems.push('defineEvals has no cases.');
  problems.push(...findConsent('defineEvals', options));
  const people = isObject(options['people']) ? options['people'] : {};
  for (const [name, person] of Object.entries(people)) {
    if (isObject(person)) problems.push(...findWrong(`people.${name}`, person, personKinds));
    else problems.push(`people.${name} is no object such as { ctx: … }.`);
  }
  const cases = toList(options['cases']);
  const names = new Set<string>();
  for (const [at, each] of cases.entries()) {
    if (!isObject(each)) {
      problems.push(`Case ${at + 1} is no object.`);
      continue;
    }
    const { name } = each;
    const isNamed = typeof name === 'string' && name.trim() !== '';
    const where = isNamed ? `Case "${name}"` : `Case ${at + 1}`;
    if (!isNamed) problems.push(`${where} has no name.`);
    problems.push(...findCaseProblems(where, each, Object.keys(people)));
    if (!isNamed) continue;
    if (names.has(name))
      problems.push(`Two cases are named "${name}". The record keeps them by their names.`);
    names.add(name);
  }
  return problems;
}

function findCaseProblems(where: string, one: Record<string, unknown>, people: readonly string[]): string[] {
  const problems = findWrong(where, one, caseKinds);
  const say = [one['say'] ?? []].flat() as unknown[];
  if (say.length === 0 || !say.every((each) => typeof each === 'string' && each.trim() !== ''))
    problems.push(`${where} has nothing that somebody says: set "say" to a sentence, or to a list of them.`);
  const { as } = one;
  if (typeof as === 'string' && !people.includes(as)) {
    const near = findNearest(as, people);
    const known = people.length === 0 ? 'There are no people.' : `The people are: ${people.join(', ')}.`;
    problems.push(
      `${where} is said by "${as}", who is not among the people. ${near === undefined ? known : `Did you mean "${near}"?`}`,
    );
  }
  if (as === undefined && people.length > 1)
    problems.push(`${where} does not say who says it. Set "as" to one of: ${people.join(', ')}.`);
  problems.push(...findConsent(where, one), ...findWrongItems(where, one, 'tags', ['string']));
  const { expect } = one;
  if (expect === undefined)
    problems.push(`${where} expects nothing. Set "expect", for example { calls: [{ tool: … }] }.`);
  if (isObject(expect)) problems.push(...findExpectProblems(where, expect));
  return problems;
}

function findExpectProblems(where: string, expect: Record<string, unknown>): string[] {
  const problems = findWrong(`${where}: expect`, expect, expectKinds);
  if (!Object.entries(expect).some(([key, each]) => expectsSomething(key, each)))
    problems.push(`${where} expects nothing: "expect" is empty.`);
  problems.push(
    ...findWrongItems(`${where}: expect`, expect, 'answer', ['string', 'expression', 'function']),
  );
  for (const each of toList(expect['calls'])) {
    if (isObject(each) && typeof each['tool'] === 'string')
      problems.push(...findWrong(`${where}: calls`, each, callKinds), ...findWrongTimes(where, each));
    else problems.push(`${where}: each of "calls" is an object such as ${exampleOfCall}.`);
  }
  for (const each of toList(expect['notCalled'])) {
    if (typeof each === 'string') continue;
    if (isObject(each) && typeof each['tool'] === 'string')
      problems.push(...findWrong(`${where}: notCalled`, each, { tool: 'string', input: [] }));
    else
      problems.push(
        `${where}: each of "notCalled" is the name of a tool, or an object such as ${exampleOfCall}.`,
      );
  }
  return problems;
}

/** An empty list and an empty text say nothing, and neither does `inOrder` alone. `asks: false` does. */
function expectsSomething(key: string, value: unknown): boolean {
  if (key === 'inOrder' || value === undefined || value === '') return false;
  if (key === 'noOtherCalls') return value === true;
  return !Array.isArray(value) || value.length > 0;
}

function findWrongTimes(where: string, { times }: Record<string, unknown>): string[] {
  if (!isObject(times)) return [];
  const problems = findWrong(`${where}: calls: times`, times, timesKinds);
  const { min, max } = times;
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    problems.push(`${where}: calls: times has a "min" that is more than "max".`);
  return problems;
}

function findWrongItems(
  where: string,
  value: Record<string, unknown>,
  key: string,
  allowed: readonly string[],
): string[] {
  if (toList(value[key]).every((each) => allowed.some((kind) => is(each, kind)))) return [];
  return [`${where}: each of "${key}" has to be ${allowed.map((kind) => words[kind]).join(' or ')}.`];
}

function findConsent(where: string, { consent }: Record<string, unknown>): string[] {
  if (typeof consent !== 'string' || consent === 'accept' || consent === 'decline') return [];
  return [`${where}: consent is "${consent}". It is 'accept', 'decline' or a function.`];
}

/** Keys that are not known, and values of another kind. A kind that is an empty list is anything. */
function findWrong(where: string, value: Record<string, unknown>, known: Kinds): string[] {
  return Object.entries(value).flatMap(([key, each]) => {
    if (!Object.hasOwn(known, key)) {
      const near = findNearest(key, Object.keys(known));
      return [
        `${where} has "${key}", which is not known.${near === undefined ? '' : ` Did you mean "${near}"?`}`,
      ];
    }
    const allowed = [known[key]!].flat();
    if (each === undefined || allowed.length === 0 || allowed.some((kind) => is(each, kind))) return [];
    return [`${where}: "${key}" has to be ${allowed.map((kind) => words[kind]).join(' or ')}.`];
  });
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  list: 'a list',
  object: 'an object',
  function: 'a function',
  boolean: 'true or false',
  count: 'a whole number of 1 or more',
  amount: 'a number of 0 or more',
  times: 'a whole number of 0 or more',
  true: 'true',
  expression: 'a regular expression',
  rate: 'a number from 0 to 1',
};

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function is(value: unknown, kind: string): boolean {
  if (kind === 'list') return Array.isArray(value);
  if (kind === 'object') return isObject(value);
  if (kind === 'count') return Number.isSafeInteger(value) && (value as number) >= 1;
  if (kind === 'times') return Number.isSafeInteger(value) && (value as number) >= 0;
  if (kind === 'true') return value === true;
  // Also one of another realm, such as the sandbox of a test runner.
  if (kind === 'expression') return Object.prototype.toString.call(value) === '[object RegExp]';
  if (kind === 'amount') return typeof value === 'number' && value >= 0;
  if (kind === 'rate') return typeof value === 'number' && value >= 0 && value <= 1;
  return typeof value === kind;
}

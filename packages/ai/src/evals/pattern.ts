/** A predicate of vitest's `expect`, such as `expect.stringContaining('Hi')`, and of every library that has the same protocol. */
export interface AsymmetricMatcher {
  asymmetricMatch(value: unknown): boolean;
}

/**
 * What a value has to look like. A function is asked about it, a regular expression is tried on a text, an object needs the
 * keys that it names, and a list has to have the same length. Everything else has to be equal.
 */
export type EvalPattern<T> = ((value: T) => boolean) | AsymmetricMatcher | PatternOf<T>;

type PatternOf<T> = 0 extends 1 & T
  ? unknown
  : T extends string
    ? T | RegExp
    : T extends readonly (infer TItem)[]
      ? readonly EvalPattern<TItem>[]
      : T extends object
        ? { readonly [TKey in keyof T]?: EvalPattern<T[TKey]> | undefined }
        : T;

/** Whether a value is as a pattern says. */
export function matches(value: unknown, pattern: unknown): boolean {
  if (typeof pattern === 'function') return (pattern as (value: unknown) => unknown)(value) === true;
  if (isMatcher(pattern)) return pattern.asymmetricMatch(value);
  if (pattern instanceof RegExp) return typeof value === 'string' && toFresh(pattern).test(value);
  if (typeof pattern !== 'object' || pattern === null) return Object.is(value, pattern);
  if (pattern instanceof Date) return value === pattern.toJSON();
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(pattern))
    return (
      Array.isArray(value) &&
      value.length === pattern.length &&
      pattern.every((each, at) => matches(value[at], each))
    );
  if (Array.isArray(value)) return false;
  return Object.entries(pattern).every(([key, each]) =>
    matches(Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined, each),
  );
}

/** Writes a pattern, or a value, as a person would. */
export function describe(pattern: unknown, at?: string): string {
  if (typeof pattern === 'string') return JSON.stringify(pattern);
  // A function that stands at a key is named by JavaScript after the key, which says nothing.
  if (typeof pattern === 'function')
    return pattern.name === '' || pattern.name === at
      ? 'a value that fits'
      : `a value that ${pattern.name} takes`;
  if (pattern instanceof RegExp) return String(pattern);
  if (isMatcher(pattern)) return nameOf(pattern);
  if (Array.isArray(pattern)) return `[${pattern.map((each) => describe(each)).join(', ')}]`;
  if (pattern instanceof Date) return JSON.stringify(pattern);
  if (typeof pattern !== 'object' || pattern === null) return String(pattern);
  const entries = Object.entries(pattern).map(([key, each]) => `${toKey(key)}: ${describe(each, key)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Matchers of vitest and jest have a text of their own. */
function nameOf(matcher: AsymmetricMatcher): string {
  const { toAsymmetricMatcher } = matcher as { toAsymmetricMatcher?: () => string };
  return toAsymmetricMatcher?.call(matcher) ?? 'a value that fits';
}

function toKey(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

/** A regular expression with `g` remembers where it was, and would not find the same text twice. */
export function toFresh(pattern: RegExp): RegExp {
  return new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''));
}

function isMatcher(value: unknown): value is AsymmetricMatcher {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<AsymmetricMatcher>).asymmetricMatch === 'function'
  );
}

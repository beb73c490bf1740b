import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { SetupProblem } from '../setup-error.ts';

/** Chooses among the tagged procedures. A procedure that is not tagged is never served. */
export interface Expose<TPattern extends string = any> {
  /** Serves only the procedures that match one of these. By default all of them. */
  include?: readonly TPattern[];
  /** Does not serve those that match one of these, even if `include` matches them. */
  exclude?: readonly TPattern[];
}

/**
 * Decides at run time, for feature flags. It is called for each path with each request, and exposes a procedure by
 * returning `true`. When it throws, the procedure is hidden.
 */
export type ExposeFunction = (path: string) => boolean;

/**
 * A dotted path of the router, or a glob over its segments: `*` matches any part of one segment, `**` one segment or more.
 * What stands before the first `*` has to be the beginning of a path of this router.
 */
export type ExposePattern<TRouter extends AnyTRPCRouter> = PatternOf<TRouter['_def']['record']> & string;

/**
 * `TPrefix` is what stands before this level: `customers.` in the router `customers`. Options for any router fit every
 * router, so their patterns are of any type.
 */
type PatternOf<TRecord, TPrefix extends string = ''> = string extends keyof TRecord
  ? any
  : | `${TPrefix}*${string}`
    | {
        [TKey in keyof TRecord & string]:
          | `${TPrefix}${BeginningOf<TKey>}*${string}`
          | (TRecord[TKey] extends AnyTRPCProcedure
              ? `${TPrefix}${TKey}`
              : TRecord[TKey] extends Record<string, unknown>
                ? PatternOf<TRecord[TKey], `${TPrefix}${TKey}.`>
                : never);
      }[keyof TRecord & string];

/** `l`, `li`, `lis` and `list` for `list`. */
type BeginningOf<
  TText extends string,
  TBefore extends string = '',
> = TText extends `${infer TFirst}${infer TRest}`
  ? `${TBefore}${TFirst}` | BeginningOf<TRest, `${TBefore}${TFirst}`>
  : never;

/** Compiles the patterns to a function that says whether a path is exposed. */
export function createFilter(expose: Expose | ExposeFunction = {}): (path: string) => boolean {
  // The function is asked with each request, so every procedure has to be in the catalog.
  if (typeof expose === 'function') return () => true;
  const included = expose.include?.map(toRegExp);
  const excluded = expose.exclude?.map(toRegExp) ?? [];
  return (path) =>
    (included?.some((pattern) => pattern.test(path)) ?? true) &&
    !excluded.some((pattern) => pattern.test(path));
}

/** Reports patterns that match nothing: such a typo would hide or expose a procedure without anybody noticing. */
export function checkPatterns(
  expose: Expose | ExposeFunction = {},
  tagged: readonly string[],
  all: readonly string[],
): SetupProblem[] {
  if (typeof expose === 'function') return [];
  return [...(expose.include ?? []), ...(expose.exclude ?? [])].flatMap((pattern) => {
    const matcher = toRegExp(pattern);
    if (tagged.some((path) => matcher.test(path))) return [];
    const message = all.some((path) => matcher.test(path))
      ? `${JSON.stringify(pattern)} matches only procedures without mcp in their meta; tag them, or remove the pattern`
      : `${JSON.stringify(pattern)} matches no procedure; "name.**" matches everything in the router "name"`;
    return [{ code: 'PATTERN_UNMATCHED', path: 'expose', message }];
  });
}

function toRegExp(pattern: string): RegExp {
  const source = pattern
    .split('.')
    .map((segment) => (segment === '**' ? '.+' : segment.split('*').map(escape).join('[^.]*')))
    .join('\\.');
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { SetupProblem } from '../setup-error.ts';

/** Chooses among the tagged procedures. A procedure that is not tagged is never served. */
export interface Expose<TRouter extends AnyTRPCRouter = AnyTRPCRouter> {
  /** Serves only the procedures that match one of these. By default all of them. */
  include?: readonly ExposePattern<TRouter>[];
  /** Does not serve those that match one of these, even if `include` matches them. */
  exclude?: readonly ExposePattern<TRouter>[];
}

/**
 * Decides at run time, for feature flags. It is called for each path with each request, and exposes a procedure by
 * returning `true`. When it throws, the procedure is hidden.
 */
export type ExposeFunction = (path: string) => boolean;

/** A dotted path, or a glob over its segments: `*` matches any part of one segment, `**` one segment or more. */
export type ExposePattern<TRouter extends AnyTRPCRouter> =
  ProcedurePath<TRouter['_def']['record']> | `${string}*${string}`;

type ProcedurePath<TRecord, TPrefix extends string = ''> = string extends keyof TRecord
  ? string
  : {
      [TKey in keyof TRecord & string]: TRecord[TKey] extends AnyTRPCProcedure
        ? `${TPrefix}${TKey}`
        : TRecord[TKey] extends Record<string, unknown>
          ? ProcedurePath<TRecord[TKey], `${TPrefix}${TKey}.`>
          : never;
    }[keyof TRecord & string];

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

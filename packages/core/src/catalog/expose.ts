import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server';
import type { SetupProblem } from '../setup-error.ts';

/** Which of the tagged procedures a handler serves. A procedure that is not tagged is never served. */
export interface Expose<TRouter extends AnyTRPCRouter = AnyTRPCRouter> {
  /** Only what matches one of these; all of them when left out. */
  include?: readonly ExposePattern<TRouter>[];
  /** Not what matches one of these, included or not. */
  exclude?: readonly ExposePattern<TRouter>[];
}

/** Decides at run time, for flags: asked for each path with each request. One that throws hides what it was asked about. */
export type ExposeFunction = (path: string) => boolean;

/** A dotted path, or a glob over its segments: `*` is any part of one segment, `**` any number of segments. */
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

/** Reads the patterns once and answers for a path. */
export function createFilter(expose: Expose | ExposeFunction = {}): (path: string) => boolean {
  // What comes and goes has to be known whole.
  if (typeof expose === 'function') return () => true;
  const included = expose.include?.map(toRegExp);
  const excluded = expose.exclude?.map(toRegExp) ?? [];
  return (path) =>
    (included?.some((pattern) => pattern.test(path)) ?? true) &&
    !excluded.some((pattern) => pattern.test(path));
}

/** A pattern that matches nothing is a typo, and would hide or expose something unseen. */
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
      ? `${JSON.stringify(pattern)} matches only procedures without mcp in their meta; tag them, or take the pattern out`
      : `${JSON.stringify(pattern)} matches no procedure; a router and all below it is "name.**"`;
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

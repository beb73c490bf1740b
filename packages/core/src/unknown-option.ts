import { findNearest } from './nearest.ts';
import type { SetupProblem } from './setup-error.ts';

/** Where the options stand, the object that has them, and the names that it may have. */
export type OptionGroup = [before: string, value: unknown, names: Record<string, true>];

/** Finds names that are not options. Without types, nobody else would notice them. */
export function findUnknownOptions(groups: readonly OptionGroup[]): SetupProblem[] {
  return groups.flatMap(([before, value, names]) => {
    // Functions, `true` and lists are options of their own. A value of a wrong kind is refused where it is read.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const known = Object.keys(names);
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(names, name));
    return unknown.map((name): SetupProblem => {
      const message = `it is not an option; ${adviceFor(name, known)}`;
      return { code: 'OPTION_UNKNOWN', path: before + name, message };
    });
  });
}

function adviceFor(typed: string, known: readonly string[]): string {
  const nearest = findNearest(typed, known) ?? findContaining(typed, known);
  return nearest === undefined ? `the options are: ${known.join(', ')}` : `did you mean ${nearest}?`;
}

/** `context` was meant to be `createContext`, and `maximum` was meant to be `max`. */
function findContaining(typed: string, known: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  if (wanted.length < 3) return undefined;
  return known.find((name) => name.toLowerCase().endsWith(wanted) || wanted.startsWith(name.toLowerCase()));
}

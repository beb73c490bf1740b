/** Finds the name that a mistyped one was probably meant to be: `titel` was meant to be `title`. */
export function findNearest(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  // When more than a third of the characters differ, the two names have little in common.
  let most = Math.ceil(typed.length / 3);
  let nearest: string | undefined;
  for (const name of names) {
    const edits = countEdits(wanted, name.toLowerCase(), most);
    if (edits > most) continue;
    nearest = name;
    // Another name has to be nearer than this one.
    most = edits - 1;
  }
  return nearest;
}

/** Where the options stand, the object that has them, and the names that it may have. */
export type OptionGroup = [before: string, value: unknown, names: Record<string, true>];

/** A problem of set-up: a name that is not an option. */
export interface UnknownOption {
  code: 'OPTION_UNKNOWN';
  path: string;
  message: string;
}

/** Finds names that are not options. Without types, nobody else would notice them. */
export function findUnknownOptions(groups: readonly OptionGroup[]): UnknownOption[] {
  return groups.flatMap(([before, value, names]) => {
    // Functions, `true` and lists are options of their own. A value of a wrong kind is refused where it is read.
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
    const known = Object.keys(names);
    const unknown = Object.keys(value).filter((name) => !Object.hasOwn(names, name));
    return unknown.map((name): UnknownOption => {
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

/**
 * Counts the characters to add, remove and replace, so that one text becomes the other (Levenshtein distance). Gives up when
 * there are more than `most`, because a client may send many names to be compared with many tools.
 */
function countEdits(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    let least = i + 1;
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (to[j] === from[i] ? 0 : 1);
      const edits = Math.min(replaced, row[j + 1]! + 1, next[j]! + 1);
      next.push(edits);
      least = Math.min(least, edits);
    }
    if (least > most) return most + 1;
    row = next;
  }
  return row.at(-1)!;
}

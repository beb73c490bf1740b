/** Finds the name that a mistyped one was probably meant to be: `titel` was meant to be `title`. */
export function findNearest(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const rated = names.map((name) => ({ name, edits: countEdits(wanted, name.toLowerCase()) }));
  const [nearest] = rated.toSorted((a, b) => a.edits - b.edits);
  // When more than a third of the characters differ, the two names have little in common.
  return nearest && nearest.edits <= Math.ceil(typed.length / 3) ? nearest.name : undefined;
}

/** Counts the characters to add, remove and replace, so that one text becomes the other (Levenshtein distance). */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++) {
      const replaced = row[j]! + (to[j] === from[i] ? 0 : 1);
      next.push(Math.min(replaced, row[j + 1]! + 1, next[j]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

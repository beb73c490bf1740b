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

/** Finds the name that was probably meant: `custmers.search` and `customers_search` were meant to be `customers.search`. */
export function findNearest(typed: string, names: Iterable<string>): string | undefined {
  const wanted = normalize(typed);
  // When more than a third of the characters differ, two names have little in common.
  let most = Math.ceil(wanted.length / 3);
  let nearest: string | undefined;
  for (const name of names) {
    const edits = countEdits(wanted, normalize(name), most);
    if (edits > most) continue;
    nearest = name;
    // Another name has to be nearer than this one.
    most = edits - 1;
  }
  return nearest;
}

const mostCharacters = 100;

function normalize(name: string): string {
  return name
    .slice(0, mostCharacters)
    .toLowerCase()
    .replaceAll(/[^a-z\d]/g, '');
}

/** How many characters have to be changed, at most `most + 1`. */
function countEdits(from: string, to: string, most: number): number {
  if (Math.abs(from.length - to.length) > most) return most + 1;
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let index = 0; index < from.length; index += 1) {
    const next = [index + 1];
    for (let at = 0; at < to.length; at += 1) {
      const replaced = row[at]! + (to[at] === from[index] ? 0 : 1);
      next.push(Math.min(replaced, row[at + 1]! + 1, next[at]! + 1));
    }
    row = next;
    if (Math.min(...row) > most) return most + 1;
  }
  return row.at(-1)!;
}

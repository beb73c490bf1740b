/** Finds the name that a mistyped one was probably meant to be; `undefined` if none is near. */
export function findNearest(typed: string, names: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const near = names
    .map((name) => ({ name, edits: countEdits(wanted, name.toLowerCase()) }))
    .toSorted((one, other) => one.edits - other.edits)[0];
  if (near !== undefined && near.edits <= Math.ceil(typed.length / 3)) return near.name;
  return wanted.length < 3 ? undefined : names.find((name) => name.includes(wanted) || wanted.includes(name));
}

/** How many characters have to be added, removed and replaced so that one text becomes the other. */
function countEdits(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 0; i < from.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < to.length; j++)
      next.push(Math.min(row[j]! + (to[j] === from[i] ? 0 : 1), row[j + 1]! + 1, next[j]! + 1));
    row = next;
  }
  return row.at(-1)!;
}

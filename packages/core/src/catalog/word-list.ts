/** Joins as many words as there is room for. */
export function fill(words: readonly string[], room: number, isSorted = false): string {
  const more = ', …';
  const all = isSorted ? words.toSorted() : words;
  if (all.join(', ').length <= room) return all.join(', ');
  let count = 0;
  let length = more.length;
  for (const word of words) {
    length += word.length + 2;
    if (length > room) break;
    count++;
  }
  const shown = words.slice(0, count);
  return (isSorted ? shown.toSorted() : shown).join(', ') + more;
}

import type { Cut } from './cut.ts';
import type { Shown } from './next.ts';

/** Says what was left out, a sentence for each cut. */
export function describeCuts(cuts: readonly Cut[], most: number): string[] {
  const told = cuts.slice(0, mostTold).map(({ kind, keys, shown, total, isInRow }) => {
    if (kind !== 'none')
      return `Showing ${shown} of ${total} ${kind}${ofList(keys)}${isInRow ? ' in this row' : ''}.`;
    return `This result is longer than the ${most} characters that it may have, and nothing of it could be cut.`;
  });
  const more = cuts.length - told.length;
  return more > 0 ? [...told, `${more} more texts and lists are cut.`] : told;
}

const mostTold = 5;

/** Says which rows are shown of each list. One that came to its end earlier is told only where there is no other. */
export function describeLists(lists: readonly Shown[]): string[] {
  const alive = lists.filter(({ skipped, total }) => skipped < total);
  return (alive.length > 0 ? alive : lists.slice(0, 1)).map(describeRows);
}

function describeRows({ keys, skipped, shown, total }: Shown): string {
  if (skipped === 0) return `Showing ${shown} of ${total} rows${ofList(keys)}.`;
  if (skipped >= total)
    return `There are no rows after the first ${skipped}${ofList(keys)}: there are ${total} now.`;
  const last = skipped + shown === total ? ', the last ones' : '';
  return `Showing ${shown} of ${total} rows${ofList(keys)}, those after the first ${skipped}${last}.`;
}

/** Says which fields nothing in the result has. */
export function describeMissing(fields: readonly string[]): string {
  const named = fields.slice(0, mostNamed).map((field) => JSON.stringify(field));
  return `Nothing in the result has the ${fields.length === 1 ? 'field' : 'fields'} ${named.join(', ')}.`;
}

const mostNamed = 10;

function ofList(keys: readonly string[]): string {
  return keys.length === 0 ? '' : ` of ${keys.join('.')}`;
}

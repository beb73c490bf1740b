import { isDeepStrictEqual } from 'node:util';

/** One difference between two JSON values. */
export interface Edit {
  /** Keys and indices from the root. */
  path: readonly string[];
  /** A key that was added, removed or given another value; or a list, as a set, that gained or lost an item. */
  kind: 'added' | 'removed' | 'changed' | 'gained' | 'lost';
  before?: unknown;
  after?: unknown;
}

/** Lists every difference, sorted by key. The order of a list makes no difference. */
export function editsOf(before: unknown, after: unknown, path: readonly string[] = []): Edit[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (Array.isArray(before) || Array.isArray(after))
    return editsOfLists([before].flat(), [after].flat(), path);
  if (!isObject(before) || !isObject(after)) return [{ path, kind: 'changed', before, after }];
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].toSorted().flatMap((key): Edit[] => {
    const at = [...path, key];
    if (!Object.hasOwn(before, key)) return [{ path: at, kind: 'added', after: after[key] }];
    if (!Object.hasOwn(after, key)) return [{ path: at, kind: 'removed', before: before[key] }];
    return editsOf(before[key], after[key], at);
  });
}

/**
 * Compares objects in lists of the same length one by one, which gives a more exact difference than one item lost and
 * one gained.
 */
function editsOfLists(before: unknown[], after: unknown[], path: readonly string[]): Edit[] {
  if (before.length === after.length && before.every(isObject) && after.every(isObject)) {
    return before.flatMap((item, index) => editsOf(item, after[index], [...path, String(index)]));
  }
  const lost = before.filter((item) => !after.some((other) => isDeepStrictEqual(item, other)));
  const gained = after.filter((item) => !before.some((other) => isDeepStrictEqual(item, other)));
  return [
    ...lost.map((item): Edit => ({ path, kind: 'lost', before: item })),
    ...gained.map((item): Edit => ({ path, kind: 'gained', after: item })),
  ];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

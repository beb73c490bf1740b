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
  const ofUnion = editsOfUnion(before, after, path);
  if (ofUnion !== undefined) return ofUnion;
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

/**
 * Compares a schema with a union that has this schema as a branch: `{ $ref }` with `{ anyOf: [{ $ref }, { type: 'null' }] }`
 * has gained the other branch.
 */
function editsOfUnion(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
  path: readonly string[],
): Edit[] | undefined {
  const [wide, narrow] = Array.isArray(after['anyOf']) ? [after, before] : [before, after];
  const { anyOf: branches, ...beside } = wide;
  if (!Array.isArray(branches) || 'anyOf' in narrow || Object.keys(withoutWords(beside)).length > 0)
    return undefined;
  const isSame = (branch: unknown) =>
    isObject(branch) && isDeepStrictEqual(withoutWords(branch), withoutWords(narrow));
  if (!branches.some(isSame)) return undefined;
  const others = branches.filter((branch) => !isSame(branch));
  return others.map((branch): Edit => {
    const at = [...path, 'anyOf'];
    return wide === after
      ? { path: at, kind: 'gained', after: branch }
      : { path: at, kind: 'lost', before: branch };
  });
}

const words = new Set(['title', 'description']);

function withoutWords(schema: Record<string, unknown>): object {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !words.has(key)));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { fits } from '../fit.ts';
import { deref, isSchema, type JsonSchema } from '../json-schema.ts';
import { getMark } from '../mark.ts';
import type { Marked } from './traverse.ts';

/**
 * Compiles a function that finds the branch of a union to which a JSON value belongs: its index, or -1 for none. If a key
 * has another literal value in each branch, that key decides. Otherwise the first branch that fits decides, as in the
 * validators. But they look at the decoded value, and this looks at the JSON: in `[string, date]` a date-time stays a
 * string, in `[date, string]` it becomes a Date. A branch that fits only loosely is taken last: a number is decoded as a
 * bigint only if the union has no branch of numbers.
 */
export function compileChoice(marked: Marked, branches: readonly JsonSchema[]): (wire: unknown) => number {
  const { root, leaves } = marked;
  const open = branches.map((_, index) => index).filter((index) => isOpen(deref(root, branches[index]!)));
  const tags = findTags(root, branches, open);
  const nullable =
    open.length < branches.length ? branches.findIndex((branch) => deref(root, branch).type === 'null') : -1;
  const mayBeLoose = leaves.some((leaf) => leaf.isLoose !== undefined);
  return (wire) => {
    if (wire === null && nullable !== -1) return nullable;
    if (tags !== undefined && typeof wire === 'object' && wire !== null) {
      return tags.byTag.get((wire as Record<string, unknown>)[tags.key]) ?? -1;
    }
    if (open.length === 1) return open[0]!;
    const find = (isLoose: boolean): number =>
      open.find((index) => fits(branches[index]!, wire, root, leaves, isLoose)) ?? -1;
    const exact = find(false);
    return exact === -1 && mayBeLoose ? find(true) : exact;
  };
}

/**
 * Compiles a function that finds the branch of an object by the key that tells the branches apart, as in a discriminated
 * union: its index, or -1 for none. Returns undefined if there is no such key.
 */
export function compileTag(
  { root }: Marked,
  branches: readonly JsonSchema[],
): ((value: object) => number) | undefined {
  const open = branches.map((_, index) => index).filter((index) => isOpen(deref(root, branches[index]!)));
  const tags = findTags(root, branches, open);
  if (tags === undefined) return undefined;
  return (value) => tags.byTag.get((value as Record<string, unknown>)[tags.key]) ?? -1;
}

// Leaves out null, which is checked first, and branches that no JSON value fits.
function isOpen(branch: JsonSchema): boolean {
  const mark = getMark(branch)?.is;
  return branch.type !== 'null' && mark !== 'never' && mark !== 'undefined' && !fitsNothing(branch);
}

function fitsNothing({ not, ...beside }: JsonSchema): boolean {
  return isSchema(not) && Object.keys(not).length === 0 && Object.keys(beside).length === 0;
}

interface Tags {
  key: string;
  byTag: Map<unknown, number>;
}

// Finds a key that has another literal value in each branch that is an object.
function findTags(
  root: JsonSchema,
  branches: readonly JsonSchema[],
  open: readonly number[],
): Tags | undefined {
  const objects = open.filter((index) => mayBeObject(root, branches[index]!));
  if (objects.length < 2) return undefined;
  for (const key of keysOf(root, branches[objects[0]!]!, 0)) {
    const byTag = new Map<unknown, number>();
    const isExact = objects.every((index) => {
      const values = tagValues(root, branches[index]!, key, 0);
      if (values === undefined || values.some((value) => byTag.has(value))) return false;
      for (const value of values) byTag.set(value, index);
      return true;
    });
    if (isExact) return { key, byTag };
  }
  return undefined;
}

function mayBeObject(root: JsonSchema, branch: JsonSchema): boolean {
  const { type } = deref(root, branch);
  return type === undefined || type === 'object' || (Array.isArray(type) && type.includes('object'));
}

function keysOf(root: JsonSchema, branch: JsonSchema, depth: number): string[] {
  const node = deref(root, branch);
  const nested = ((node['anyOf'] ?? node['oneOf'] ?? node['allOf'] ?? []) as JsonSchema[])[0];
  return [
    ...(node.required ?? []),
    ...(nested === undefined || depth > 8 ? [] : keysOf(root, nested, depth + 1)),
  ];
}

function tagValues(root: JsonSchema, branch: JsonSchema, key: string, depth: number): unknown[] | undefined {
  const node = deref(root, branch);
  if (depth > 8) return undefined;
  if (
    node.required?.includes(key) === true &&
    node.properties !== undefined &&
    Object.hasOwn(node.properties, key)
  ) {
    const tag = deref(root, node.properties[key]!);
    if ('const' in tag) return [tag['const']];
    if (Array.isArray(tag['enum'])) return tag['enum'];
    return tag.type === 'null' ? [null] : undefined;
  }
  const options = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
  if (options !== undefined) {
    const values = options.map((option) => tagValues(root, option, key, depth + 1));
    return values.every((each) => each !== undefined) ? values.flat() : undefined;
  }
  const parts = (node['allOf'] as JsonSchema[] | undefined)?.map((part) =>
    tagValues(root, part, key, depth + 1),
  );
  return parts?.find((values) => values !== undefined);
}

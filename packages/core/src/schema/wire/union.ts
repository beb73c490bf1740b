import { fits } from '../fit.ts';
import { deref, isSchema, type JsonSchema } from '../json-schema.ts';
import { getMark } from '../mark.ts';
import type { Marked } from './traverse.ts';

/**
 * Compiles which branch of a union a wire value belongs to: the index, or -1 for none. A key that tells the branches
 * apart decides; else the first branch that the value fits, in the order in which they are written. That is what the
 * validators do, but on the wire (and a number is a number where there is a branch of numbers, a bigint only else): in `[string, date]` a date-time stays a string, in `[date, string]` it becomes a Date.
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

/** Whether a key tells the branches apart, so that a choice looks at nothing else. */
export function hasTags({ root }: Marked, branches: readonly JsonSchema[]): boolean {
  const open = branches.map((_, index) => index).filter((index) => isOpen(deref(root, branches[index]!)));
  return findTags(root, branches, open) !== undefined;
}

// Neither null, which needs no choosing, nor what no JSON value fits.
function isOpen(branch: JsonSchema): boolean {
  const mark = getMark(branch)?.is;
  return branch.type !== 'null' && mark !== 'never' && mark !== 'undefined' && !isNever(branch);
}

function isNever({ not, ...beside }: JsonSchema): boolean {
  return isSchema(not) && Object.keys(not).length === 0 && Object.keys(beside).length === 0;
}

interface Tags {
  key: string;
  byTag: Map<unknown, number>;
}

// A key whose literal values differ between all branches that are objects.
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

import type { Schema } from './schema.ts';

/**
 * Orders the branches of a union, so that they do not depend on what the compiler has read before, and makes `oneOf` of a
 * union of objects that a property tells apart. `resolve` follows references.
 */
export function orderUnion(schema: Schema, resolve: (schema: Schema) => Schema): Schema {
  const { anyOf, ...beside } = schema;
  if (anyOf === undefined) return schema;
  // A branch that was a union itself is one with this union.
  const flat = anyOf.flatMap((branch) => (isPlainUnion(branch) ? (branch.anyOf ?? branch.oneOf)! : [branch]));
  const distinct = new Map(flat.map((branch) => [JSON.stringify(branch), branch]));
  const branches = [...distinct.values()];
  const tag = findTag(branches.map(resolve));
  const sorted = branches.toSorted((one, other) =>
    compare(keyOf(one, tag, resolve), keyOf(other, tag, resolve)),
  );
  const [only, ...others] = sorted;
  if (others.length === 0) return { ...only, ...beside };
  return { ...beside, [tag === undefined ? 'anyOf' : 'oneOf']: sorted };
}

function isPlainUnion(schema: Schema): boolean {
  return (schema.anyOf !== undefined || schema.oneOf !== undefined) && Object.keys(schema).length === 1;
}

const ranks = ['string', 'number', 'integer', 'boolean', 'object', undefined, 'array', 'null'];

function keyOf(branch: Schema, tag: string | undefined, resolve: (schema: Schema) => Schema): string {
  const node = resolve(branch);
  const rank = String.fromCodePoint(65 + ranks.indexOf(node.type));
  const value = tag === undefined ? '' : valuesOf(node, tag)?.map(String).join();
  return `${rank} ${value} ${JSON.stringify(branch)}`;
}

function compare(one: string, other: string): number {
  return one < other ? -1 : 1;
}

/** Finds a required property with other literals in each branch. */
function findTag(branches: readonly Schema[]): string | undefined {
  const [first] = branches;
  if (branches.length < 2 || branches.some(({ type }) => type !== 'object')) return undefined;
  return (first!.required ?? []).find((key) => {
    const values = branches.flatMap((branch) => valuesOf(branch, key) ?? [undefined]);
    return !values.includes(undefined) && new Set(values).size === values.length;
  });
}

function valuesOf({ properties = {}, required = [] }: Schema, key: string): unknown[] | undefined {
  const property = Object.hasOwn(properties, key) && required.includes(key) ? properties[key] : undefined;
  if (property === undefined) return undefined;
  return 'const' in property ? [property['const']] : (property['enum'] as unknown[] | undefined);
}

import { eachChild, type JsonSchema, resolveRef } from './json-schema.ts';
import { getMark } from './mark.ts';
import {
  bigintLeaf,
  coercedBigintLeaf,
  dateLeaf,
  type Leaf,
  nanLeaf,
  regexpLeaf,
  urlLeaf,
} from './wire/leaf.ts';
import type { Marked } from './wire/traverse.ts';

/** A value that JSON has no type for. `other` is one of a class of the app, or a literal such as `1n`. */
export interface Special {
  /** The keys to it. `*` stands for each item of an array, and for each key that the schema does not name. */
  path: readonly string[];
  kind:
    'Date' | 'bigint' | 'Set' | 'Map' | 'URL' | 'RegExp' | 'NaN' | 'bytes' | 'File' | 'FormData' | 'other';
}

/** Finds the values that JSON has no type for in what a parser takes, or in what it returns. */
export function findSpecials({ root, leaves }: Marked, io: 'input' | 'output'): Special[] {
  const found = new Map<string, Special>();
  const visits = new Map<JsonSchema, number>();
  const visit = (node: JsonSchema, path: readonly string[]): void => {
    const before = visits.get(node) ?? 0;
    if (before >= mostVisits) return;
    visits.set(node, before + 1);
    const kind = kindOf(node, leaves, io);
    if (kind !== undefined) found.set(JSON.stringify([path, kind]), { path, kind });
    if (typeof node['$ref'] === 'string') {
      const target = resolveRef(root, node['$ref']);
      if (target !== undefined) visit(target, path);
    }
    const { properties, $defs: _, definitions: __, ...rest } = node;
    for (const [key, child] of Object.entries(properties ?? {})) visit(child, [...path, key]);
    for (const key of placesInside) {
      const { [key]: value } = rest;
      if (value !== undefined) eachChild({ [key]: value }, (child) => visit(child, [...path, '*']));
      delete rest[key];
    }
    eachChild(rest, (child) => visit(child, path));
  };
  visit(root, []);
  return [...found.values()];
}

/** A recursive schema has places without end, and a shared one has many. */
const mostVisits = 8;

/** Keywords whose schemas are of what is inside of a value. */
const placesInside = ['items', 'prefixItems', 'additionalProperties', 'patternProperties'] as const;

const kinds: ReadonlyMap<Leaf, Special['kind']> = new Map([
  [dateLeaf, 'Date'],
  [bigintLeaf, 'bigint'],
  [nanLeaf, 'NaN'],
  [urlLeaf, 'URL'],
  [regexpLeaf, 'RegExp'],
]);

const kindOfMark = { set: 'Set', map: 'Map', pairs: 'Map', form: 'FormData' } as const;

function kindOf(
  node: JsonSchema,
  leaves: readonly Leaf[],
  io: 'input' | 'output',
): Special['kind'] | undefined {
  const mark = getMark(node);
  if (mark === undefined || mark.is === 'asIs' || mark.is === 'never' || mark.is === 'undefined')
    return undefined;
  if (mark.is !== 'leaf') return kindOfMark[mark.is];
  const leaf = leaves[mark.leaf]!;
  // The parser makes it of JSON by itself.
  if (leaf === coercedBigintLeaf) return io === 'input' ? undefined : 'bigint';
  return kinds.get(leaf) ?? (leaf.isFile ? 'File' : leaf.mayAttach ? 'bytes' : 'other');
}

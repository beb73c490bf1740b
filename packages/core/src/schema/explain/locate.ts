import { fits } from '../fit.ts';
import { deref, isSchema, type JsonSchema } from '../json-schema.ts';
import { getMark } from '../mark.ts';
import { compileChoice } from '../wire/union.ts';
import { toRegExp } from '../pattern.ts';
import type { Marked } from '../wire/traverse.ts';

/** A place in the arguments that a client sent: its path, its value, and the schema of this place. */
export interface Place {
  readonly keys: readonly (string | number)[];
  readonly wire: unknown;
  readonly node: JsonSchema | undefined;
}

/** Goes one step down: finds the place in the arguments from which one key of the decoded value came. */
export function descend(marked: Marked, place: Place, key: string | number, skipsItems: boolean): Place {
  const node = narrow(marked, place);
  const mark = node === undefined ? undefined : getMark(node)?.is;
  if (mark === 'set' && skipsItems) {
    return descend(marked, intoItem(marked, { ...place, node }), key, skipsItems);
  }
  if (mark === 'pairs') return intoPair(marked, { ...place, node }, key);
  return { keys: [...place.keys, key], wire: at(place.wire, key), node: childOf(marked, node, key) };
}

/** Finds the first wrong item of a Set. Returns the place itself if no item is wrong. */
export function intoItem(marked: Marked, place: Place): Place {
  const items = place.node?.['items'];
  if (!Array.isArray(place.wire) || !isSchema(items)) return place;
  const index = place.wire.findIndex((item) => !fits(items, item, marked.root, marked.leaves));
  return index === -1 ? place : { keys: [...place.keys, index], wire: place.wire[index], node: items };
}

/** Finds the wrong half of the pair that became an entry of a Map: by its key, or the first wrong pair without one. */
export function intoPair(marked: Marked, place: Place, key?: string | number): Place {
  const pair = place.node?.['items'] as JsonSchema | undefined;
  const halves = pair?.['prefixItems'] as [JsonSchema, JsonSchema] | undefined;
  if (!Array.isArray(place.wire) || halves === undefined) return place;
  const isFit = (half: 0 | 1, value: unknown): boolean =>
    fits(halves[half], value, marked.root, marked.leaves);
  const index = place.wire.findIndex((entry: unknown) => {
    if (!Array.isArray(entry)) return true;
    return key === undefined ? !isFit(0, entry[0]) || !isFit(1, entry[1]) : String(entry[0]) === String(key);
  });
  const entry: unknown = place.wire[index];
  if (!Array.isArray(entry)) {
    return index === -1 ? place : { keys: [...place.keys, index], wire: entry, node: pair };
  }
  const half = isFit(0, entry[0]) ? 1 : 0;
  return { keys: [...place.keys, index, half], wire: entry[half], node: halves[half] };
}

/** Follows references, and in a union chooses the branch that the value belongs to. Returns the union itself if none fits. */
export function narrow(marked: Marked, { node, wire }: Place): JsonSchema | undefined {
  let found = node === undefined ? undefined : deref(marked.root, node);
  for (let hops = 0; found !== undefined && hops < 16; hops++) {
    const branches = (found['anyOf'] ?? found['oneOf']) as JsonSchema[] | undefined;
    if (branches === undefined || getMark(found) !== undefined) return found;
    const index = compileChoice(marked, branches)(wire);
    if (index === -1) return found;
    found = deref(marked.root, branches[index]!);
  }
  return found;
}

function at(wire: unknown, key: string | number): unknown {
  return typeof wire === 'object' && wire !== null && Object.hasOwn(wire, key)
    ? (wire as Record<string, unknown>)[key]
    : undefined;
}

function childOf(
  marked: Marked,
  node: JsonSchema | undefined,
  key: string | number,
  depth = 0,
): JsonSchema | undefined {
  if (node === undefined || depth > 16) return undefined;
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key];
  const first = node['prefixItems'] as JsonSchema[] | undefined;
  if (typeof key === 'number' && first !== undefined && key < first.length) return first[key];
  if (typeof key === 'number' && isSchema(node['items'])) return node['items'];
  for (const [pattern, schema] of Object.entries(
    (node['patternProperties'] ?? {}) as Record<string, JsonSchema>,
  )) {
    if (toRegExp(pattern).test(String(key))) return schema;
  }
  if (isSchema(node['additionalProperties'])) return node['additionalProperties'];
  // Collects what the branches say about the key.
  const branches = (node['anyOf'] ?? node['oneOf'] ?? node['allOf']) as JsonSchema[] | undefined;
  const children = new Map<JsonSchema, JsonSchema>();
  for (const branch of branches ?? []) {
    const child = childOf(marked, deref(marked.root, branch), key, depth + 1);
    // In a recursive union, the branches say the same. Listed once for each, they would multiply with every key of a path.
    if (child !== undefined) children.set(deref(marked.root, child), child);
  }
  const all = [...children.values()];
  return all.length < 2 ? all[0] : { anyOf: all };
}

import { deref, isSchema, mapChildren, refTo, setOwn, type JsonSchema } from './json-schema.ts';
import { getMark, isBounded, isStripping, marked, setStrips, withoutBounds } from './mark.ts';
import { mergeObjects } from './merge.ts';
import { SchemaProblem } from './problem.ts';
import { freeName } from './refs.ts';

/**
 * Closes every object whose validator would drop unknown keys: `additionalProperties: false`. A list whose validator would
 * drop further items has `items: false`. Schemas that are combined (`allOf`) are closed as a whole, because each of them
 * knows only some of the keys. A key that has to be `undefined` is no longer required, as JSON cannot send it; the decoder
 * adds it.
 */
export function closeObjects<TSchema extends JsonSchema>(root: TSchema): TSchema {
  // Each combined schema that is being closed, by its text, and the name of its definition if it is inside of itself.
  const unfinished = new Map<string, string | undefined>();
  const defs: Record<string, JsonSchema> = {};
  const document = close(root);
  if (Object.keys(defs).length === 0) return document as TSchema;
  return { ...document, $defs: { ...document.$defs, ...defs } } as TSchema;

  function close(schema: JsonSchema): JsonSchema {
    if (!Array.isArray(schema['allOf'])) return closeOne(schema, schema);
    const text = JSON.stringify(schema);
    if (unfinished.has(text)) {
      const taken = [...unfinished.values()].filter((each) => each !== undefined);
      const name =
        unfinished.get(text) ??
        freeName('both', { ...root.$defs, ...defs, ...Object.fromEntries(taken.map((each) => [each, {}])) });
      unfinished.set(text, name);
      return { $ref: refTo(name) };
    }
    unfinished.set(text, undefined);
    const combined = combine(schema);
    const isMerged = combined !== schema && !('allOf' in combined);
    const closed = isMerged ? close(combined) : closeOne(schema, combined);
    const name = unfinished.get(text);
    unfinished.delete(text);
    if (name === undefined) return closed;
    setOwn(defs, name, closed);
    return { $ref: refTo(name) };
  }

  function closeOne(schema: JsonSchema, whole: JsonSchema): JsonSchema {
    const closed = mapChildren(whole, (child, keyword) => {
      if (unclosed.has(keyword)) return child;
      return keyword === 'allOf' && whole !== schema ? open(child, 0) : close(child);
    });
    if (isStripping(closed) && closed.type === 'array') {
      closed['items'] = false;
    } else if (isStripping(closed)) {
      closed[closed['allOf'] === undefined ? 'additionalProperties' : 'unevaluatedProperties'] = false;
    }
    return freeUndefined(closed);
  }

  /** Prepares an `allOf`: returns the same schema if it has nothing to close, a merged one, or one whose parts stay open. */
  function combine(schema: JsonSchema): JsonSchema {
    const parts = (schema['allOf'] as unknown[]).filter(isSchema);
    const kinds = parts.map((part) => kindsOf(root, part, 0));
    if (!kinds.some((each) => each.has('bounded'))) return schema;
    // A part that lets keys pass lets them pass for all.
    if (kinds.some((each) => each.has('open') && each.size === 1)) return { ...schema };
    const merged = merge([schema]) ?? distribute(schema, parts);
    if (merged !== undefined) return merged;
    if (kinds.some((each) => each.has('open'))) return { ...schema };
    const copy = { ...schema };
    setStrips(copy);
    return copy;
  }

  /** Makes `anyOf` of `allOf: [anyOf: [A, B], C]`: A with C, and B with C. */
  function distribute(schema: JsonSchema, parts: readonly JsonSchema[]): JsonSchema | undefined {
    const { allOf: _, ...beside } = schema;
    if (Object.keys(beside).some((keyword) => !annotations.has(keyword))) return undefined;
    const combinations = combinationsOf(parts, 0)?.filter(isOfOneType);
    if (combinations === undefined || combinations.length === 0) return undefined;
    const merged = combinations.map(merge);
    return merged.every((each) => each !== undefined) ? { ...beside, anyOf: merged } : undefined;
  }

  /** Lists what a value may consist of: one alternative of each part. Returns undefined if there are too many. */
  function combinationsOf(parts: readonly JsonSchema[], depth: number): JsonSchema[][] | undefined {
    let rows: JsonSchema[][] = [[]];
    for (const part of parts) {
      const options = alternativesOf(part, depth);
      if (options === undefined || rows.length * options.length > maxAlternatives) return undefined;
      rows = rows.flatMap((row) => options.map((option) => [...row, ...option]));
    }
    return rows;
  }

  function alternativesOf(part: JsonSchema, depth: number): JsonSchema[][] | undefined {
    if (depth > maxDepth) return undefined;
    const node = deref(root, part);
    const branches = (node['anyOf'] ?? node['oneOf']) as JsonSchema[] | undefined;
    if (branches !== undefined) {
      const all = branches.filter(isSchema).map((branch) => alternativesOf(branch, depth + 1));
      return all.every((each) => each !== undefined) ? all.flat() : undefined;
    }
    return Array.isArray(node['allOf']) ? combinationsOf(node['allOf'] as JsonSchema[], depth + 1) : [[node]];
  }

  function merge(schemas: readonly JsonSchema[]): JsonSchema | undefined {
    try {
      return mergeObjects(root, schemas, 'intersection');
    } catch (error) {
      // No value fits all of them. The validator says so when it is called.
      if (error instanceof SchemaProblem) return undefined;
      throw error;
    }
  }

  /** Copies a part of an `allOf` that is not closed itself. What is inside its properties is closed. */
  function open(schema: JsonSchema, depth: number): JsonSchema {
    if (depth > maxDepth) return schema;
    const { $defs: _, ...node } = deref(root, schema);
    const copy = mapChildren(node, (child, keyword) => {
      if (unclosed.has(keyword)) return child;
      return combinators.has(keyword) ? open(child, depth + 1) : close(child);
    });
    return withoutBounds(freeUndefined(copy));
  }

  function freeUndefined(node: JsonSchema): JsonSchema {
    const { properties, required } = node;
    const keys = required?.filter((key) => {
      const value = properties !== undefined && Object.hasOwn(properties, key) ? properties[key] : undefined;
      return isSchema(value) && getMark(deref(root, value))?.is === 'undefined';
    });
    if (keys === undefined || keys.length === 0) return node;
    const freed = { ...properties };
    for (const key of keys) setOwn(freed, key, marked({ is: 'undefined', isFilled: true }));
    return { ...node, properties: freed, required: required!.filter((key) => !keys.includes(key)) };
  }
}

/** Whether these schemas can be combined: no value is an object and `null`. */
function isOfOneType(nodes: readonly JsonSchema[]): boolean {
  return new Set(nodes.map(({ type }) => type).filter((type) => typeof type === 'string')).size < 2;
}

/** The keys of all objects that a schema is combined of. */
export function collectKeys(root: JsonSchema, schema: JsonSchema, depth = 0): string[] {
  if (depth > maxDepth) return [];
  const node = deref(root, schema);
  const parts = [...combinators].flatMap((keyword) => ((node[keyword] ?? []) as unknown[]).filter(isSchema));
  const keys = parts.flatMap((part) => collectKeys(root, part, depth + 1));
  return [...new Set([...Object.keys(node.properties ?? {}), ...keys])];
}

const maxDepth = 8;
const maxAlternatives = 32;
const combinators = new Set(['allOf', 'anyOf', 'oneOf']);
const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  '$defs',
  '$schema',
]);
/** Keywords whose schemas are conditions, and describe no value that is passed on. */
const unclosed = new Set(['not', 'if', 'propertyNames', 'contains']);

/** What a part of an `allOf`, or a branch of it, does with unknown keys: it drops or refuses them, or lets them pass. */
type Kind = 'bounded' | 'open';

/** The kinds of all branches of a part. None where it says nothing about objects. */
function kindsOf(root: JsonSchema, schema: JsonSchema, depth: number): ReadonlySet<Kind> {
  if (depth > maxDepth) return new Set(['open']);
  const node = deref(root, schema);
  if (isBounded(node)) return new Set(['bounded']);
  for (const keyword of combinators) {
    if (!Array.isArray(node[keyword])) continue;
    const kinds = (node[keyword] as unknown[]).filter(isSchema).map((part) => kindsOf(root, part, depth + 1));
    // All parts of an `allOf` get the value, and only one branch of a union.
    const isOpen = keyword === 'allOf' && kinds.some((each) => each.has('open') && each.size === 1);
    return isOpen ? new Set(['open']) : new Set(kinds.flatMap((each) => [...each]));
  }
  const mayBeObject = node.type === undefined || [node.type].flat().includes('object');
  return new Set(mayBeObject && node['additionalProperties'] !== false ? ['open'] : []);
}

import { deref, isSchema, setOwn, type JsonSchema } from './json-schema.ts';
import { getMark, isBoundsKey, isStripping, setStrips } from './mark.ts';
import { SchemaProblem } from './problem.ts';

const mergeableKeywords = new Set(
  'type properties required additionalProperties patternProperties propertyNames title description examples default deprecated readOnly'.split(
    ' ',
  ),
);

/**
 * Merges several object schemas into one that requires all of them. Returns undefined if one is not a plain object.
 *
 * - `stacked`: each parser sees all keys, so a key that one strict parser does not know is forbidden.
 * - `intersection`: the validator combines the keys, so unknown keys are forbidden only if all schemas forbid them.
 *
 * In both, unknown keys are dropped if no schema lets them pass.
 */
export function mergeObjects(
  root: JsonSchema,
  schemas: readonly JsonSchema[],
  mode: 'stacked' | 'intersection',
): JsonSchema | undefined {
  const nodes = schemas.map((schema) => flatten(root, schema));
  if (!nodes.every((node) => node !== undefined)) return undefined;
  const isClosed = (node: JsonSchema): boolean => node['additionalProperties'] === false;
  const required = [...new Set(nodes.flatMap((node) => node.required ?? []))];
  const properties: Record<string, JsonSchema> = {};
  for (const key of new Set(nodes.flatMap((node) => Object.keys(node.properties ?? {})))) {
    const parts = nodes.map((node) => partFor(node, key));
    if (mode === 'stacked' && parts.includes(false)) {
      if (required.includes(key)) {
        throw contradiction(key, 'one input requires it, another one is strict and does not know it');
      }
      continue;
    }
    setOwn(properties, key, combine(root, parts.filter(isSchema), required.includes(key) ? key : undefined));
  }
  const merged: JsonSchema = { ...firstAnnotations(nodes), type: 'object', properties };
  if (required.length > 0) merged.required = required;
  const closed = mode === 'stacked' ? nodes.some(isClosed) : nodes.every(isClosed);
  const rest = nodes
    .map((node) => node['additionalProperties'])
    .filter((each) => isSchema(each) && Object.keys(each).length > 0);
  const isShut = (node: JsonSchema): boolean => isClosed(node) || isStripping(node);
  if (closed) merged['additionalProperties'] = false;
  else if (nodes.every(isShut)) setStrips(merged);
  else if (rest.length > 0) merged['additionalProperties'] = combine(root, rest as JsonSchema[]);
  const patterns = nodes.flatMap((node) =>
    Object.entries((node['patternProperties'] ?? {}) as Record<string, JsonSchema>),
  );
  if (patterns.length > 0) merged['patternProperties'] = Object.fromEntries(patterns);
  const names = nodes
    .map((node) => node['propertyNames'])
    .filter((each) => isSchema(each) && JSON.stringify(each) !== '{"type":"string"}');
  if (names.length > 0) merged['propertyNames'] = combine(root, names as JsonSchema[]);
  return merged;
}

// Makes one plain object of a schema: follows references, and merges its own `allOf`.
function flatten(root: JsonSchema, schema: JsonSchema): JsonSchema | undefined {
  const { $defs: _, $schema: __, ...node } = deref(root, schema);
  if (Array.isArray(node['allOf'])) {
    const { allOf, unevaluatedProperties, ...beside } = node;
    const merged = mergeObjects(root, allOf as JsonSchema[], 'intersection');
    // Beside `allOf`, a schema is closed by `unevaluatedProperties`; a merged object by `additionalProperties`.
    if (merged === undefined) return undefined;
    const rest = unevaluatedProperties !== undefined && { additionalProperties: unevaluatedProperties };
    return flatten(root, { ...rest, ...merged, ...beside });
  }
  const isPlain = node.type === 'object' && getMark(node) === undefined;
  return isPlain &&
    Object.keys(node).every((keyword) => mergeableKeywords.has(keyword) || isBoundsKey(keyword))
    ? node
    : undefined;
}

function partFor(node: JsonSchema, key: string): JsonSchema | false | undefined {
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key]!;
  const rest = node['additionalProperties'];
  if (rest === false) return node['patternProperties'] === undefined ? false : undefined;
  return isSchema(rest) && Object.keys(rest).length > 0 ? rest : undefined;
}

function combine(root: JsonSchema, parts: readonly JsonSchema[], requiredKey?: string): JsonSchema {
  const distinct = parts.filter((part, index) => parts.findIndex((other) => isSame(part, other)) === index);
  if (distinct.length === 1) return distinct[0]!;
  const nodes = distinct.map((part) => deref(root, part));
  if (requiredKey !== undefined) assertCompatible(nodes, requiredKey);
  const leaf = nodes.find((node) => getMark(node)?.is === 'leaf');
  if (
    leaf !== undefined &&
    nodes.every((node) => JSON.stringify(getMark(node)) === JSON.stringify(getMark(leaf)))
  ) {
    return Object.assign({}, ...nodes.toReversed()) as JsonSchema;
  }
  return { allOf: distinct };
}

// Each parser gets the decoded value. If one wants a Date and another a string, the second one would always fail.
function assertCompatible(nodes: readonly JsonSchema[], key: string): void {
  const kinds = new Set(
    nodes
      .filter((node) => node.type !== undefined)
      .map((node) => {
        const mark = getMark(node);
        if (mark !== undefined && mark.is !== 'asIs') return JSON.stringify(mark);
        if (node.type === 'integer') return 'number';
        return typeof node.type === 'string' ? node.type : undefined;
      })
      .filter((kind) => kind !== undefined),
  );
  if (kinds.size > 1) throw contradiction(key, 'two inputs want it to be of different types');
}

function isSame(one: JsonSchema, other: JsonSchema): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other);
}

function contradiction(key: string, why: string): SchemaProblem {
  return new SchemaProblem(
    'INPUTS_CONTRADICT',
    `The stacked inputs contradict each other at "${key}": ${why}`,
  );
}

function firstAnnotations(nodes: readonly JsonSchema[]): JsonSchema {
  const found: JsonSchema = {};
  for (const keyword of ['title', 'description', 'examples']) {
    const value = nodes.find((node) => node[keyword] !== undefined)?.[keyword];
    if (value !== undefined) found[keyword] = value;
  }
  return found;
}

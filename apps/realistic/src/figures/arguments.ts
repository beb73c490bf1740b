import fc from 'fast-check';
import type { Schema } from './client.ts';
import { mergeSchemas } from './merge.ts';
import { stringsOf } from './strings.ts';
import { compile } from './validity.ts';

/** How far objects and lists are filled in before only what is required is. */
const depth = 4;

/** Arguments that fit a published input schema, the same ones for the same seed. None where none were found. */
export function sampleArguments(schema: Schema, { runs, seed }: { runs: number; seed: number }): Schema[] {
  const validate = compile(schema);
  // Merging is not all of JSON Schema: what does not fit after all is thrown away, so more is made than is needed.
  const made = fc.sample(valuesOf(schema, schema, depth), { numRuns: runs * 5, seed });
  return made.filter((each): each is Schema => isSchema(each) && (validate?.(each) ?? true)).slice(0, runs);
}

function valuesOf(raw: unknown, root: Schema, left: number): fc.Arbitrary<unknown> {
  if (!isSchema(raw)) return fc.jsonValue({ maxDepth: 1 });
  const schema = resolve(raw, root);
  if ('const' in schema) return fc.constant(schema['const']);
  if (Array.isArray(schema['enum'])) return fc.constantFrom(...(schema['enum'] as unknown[]));
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const { [keyword]: branches, ...rest } = schema;
    if (!Array.isArray(branches)) continue;
    const possible = left > 0 ? branches : branches.slice(0, 1);
    return fc.oneof(
      ...possible.map((each) => valuesOf(mergeSchemas(rest, resolve(each as Schema, root)), root, left)),
    );
  }
  const { type } = schema;
  if (Array.isArray(type))
    return fc.oneof(...type.map((each) => valuesOf({ ...schema, type: each as unknown }, root, left)));
  switch (type) {
    case 'object':
      return objectsOf(schema, root, left);
    case 'array':
      return arraysOf(schema, root, left);
    case 'string':
      return stringsOf(schema);
    case 'integer':
    case 'number':
      return numbersOf(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return schema['properties'] ? objectsOf(schema, root, left) : fc.jsonValue({ maxDepth: 1 });
  }
}

function objectsOf(schema: Schema, root: Schema, left: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  const names = required as string[];
  const model = Object.entries(properties as Schema)
    .filter(([key, value]) => left > 0 || names.includes(key) || value === undefined)
    .map(([key, value]) => [key, valuesOf(value, root, left - 1)] as const);
  for (const key of names)
    if (!model.some(([known]) => known === key)) model.push([key, fc.jsonValue({ maxDepth: 1 })]);
  const known = fc.record(Object.fromEntries(model), { requiredKeys: names, noNullPrototype: true });
  if (!isSchema(additionalProperties) || left <= 0) return known;
  const keys = isSchema(propertyNames)
    ? valuesOf({ type: 'string', ...propertyNames }, root, 0)
    : fc.string({ maxLength: 8 });
  const more = fc.dictionary(keys as fc.Arbitrary<string>, valuesOf(additionalProperties, root, left - 1), {
    maxKeys: 4,
    noNullPrototype: true,
  });
  return fc.tuple(more, known).map(([others, own]) => ({ ...others, ...own }));
}

function arraysOf(schema: Schema, root: Schema, left: number): fc.Arbitrary<unknown> {
  const { items, prefixItems = [], minItems = 0, maxItems, uniqueItems } = schema;
  const first = (prefixItems as unknown[]).map((each) => valuesOf(each, root, left - 1));
  const least = Math.max(0, (minItems as number) - first.length);
  const most = Math.min(maxItems === undefined ? Infinity : (maxItems as number) - first.length, least + 3);
  const isClosed = items === false || (first.length > 0 && items === undefined);
  const arity = { minLength: least, maxLength: isClosed || left <= 0 ? least : Math.max(least, most) };
  const item = valuesOf(items, root, left - 1);
  const rest = uniqueItems
    ? fc.uniqueArray(item, { ...arity, selector: (each) => JSON.stringify(each) })
    : fc.array(item, arity);
  return fc.tuple(fc.tuple(...first), rest).map(([before, after]) => [...before, ...after]);
}

function numbersOf({
  type,
  minimum,
  maximum,
  exclusiveMinimum,
  exclusiveMaximum,
  multipleOf,
}: Schema): fc.Arbitrary<number> {
  const isExclusive = {
    min: typeof exclusiveMinimum === 'number',
    max: typeof exclusiveMaximum === 'number',
  };
  const min = (isExclusive.min ? exclusiveMinimum : minimum) as number | undefined;
  const max = (isExclusive.max ? exclusiveMaximum : maximum) as number | undefined;
  const low = min ?? Math.min(-1000, (max ?? 0) - 1000);
  const high = max ?? Math.max(1000, (min ?? 0) + 1000);
  const step = (multipleOf as number | undefined) ?? (type === 'integer' ? 1 : undefined);
  if (step === undefined) {
    return fc.double({
      min: low,
      max: high,
      noNaN: true,
      minExcluded: isExclusive.min,
      maxExcluded: isExclusive.max,
    });
  }
  const from = Math.ceil(low / step) + (isExclusive.min && Number.isInteger(low / step) ? 1 : 0);
  const to = Math.floor(high / step) - (isExclusive.max && Number.isInteger(high / step) ? 1 : 0);
  return fc.maxSafeInteger().map((n) => (from + (Math.abs(n) % (to - from + 1))) * step);
}

/** The schema without references and intersections at its root. */
function resolve(schema: Schema, root: Schema): Schema {
  const { $ref, allOf, ...rest } = schema;
  const parts = [
    ...(typeof $ref === 'string' ? [targetOf($ref, root)] : []),
    ...((allOf as Schema[] | undefined) ?? []),
  ];
  return parts.reduce((merged: Schema, part) => mergeSchemas(merged, resolve(part, root)), rest);
}

function targetOf(ref: string, root: Schema): Schema {
  const steps = ref.split('/').slice(1);
  const unescape = (step: string) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  return steps.reduce((node: Schema, step) => node[unescape(step)] as Schema, root);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

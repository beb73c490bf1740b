import { isSchema, type JsonSchema } from '../json-schema.ts';
import { describe } from '../vendor/annotate.ts';

/**
 * Writes a tuple in a way that all validators read the same. Strict ones want `prefixItems` only where each item is
 * required and no others follow, so each length is a tuple of its own, up to some length. Those of drafts before 2020-12
 * do not know it, and apply `items` to all items: so `items` is a union of what is possible at any place. `share` makes a
 * definition of what is written several times.
 */
export function toStrictTuple(schema: JsonSchema, share: (schema: JsonSchema) => JsonSchema): JsonSchema {
  if (schema['prefixItems'] === undefined && schema['items'] !== false) return schema;
  const { prefixItems, items, minItems = 0, maxItems, ...beside } = schema;
  const [least, most] = [minItems as number, (maxItems as number | undefined) ?? Infinity];
  if (prefixItems === undefined) return items === false ? { ...beside, ...sizes(least, 0) } : schema;
  const first = (prefixItems as (JsonSchema | boolean)[]).slice(0, most).map(toSchema);
  const end = Math.min(most, items === false ? first.length : Infinity);
  if (end === least && least <= first.length) return { ...beside, ...tupleOf(first) };
  const rest = toSchema(items ?? {});
  const all = [...first, rest].map(share);
  const last = Math.min(end, Math.max(least, first.length) + mostAfterTuple);
  const tuples: JsonSchema[] = [];
  for (let length = least; length <= last; length++) {
    const written = Array.from({ length }, (_, index) => all[Math.min(index, first.length)]!);
    tuples.push({ type: 'array', ...tupleOf(written) });
  }
  if (last === end) return { ...withoutType(beside), anyOf: tuples };
  const out: JsonSchema = {
    ...withoutType(beside),
    anyOf: [...tuples, { type: 'array', items: unionOf(all), ...sizes(last + 1, end) }],
  };
  const isUniform = new Set(all.map((each) => JSON.stringify(each))).size === 1;
  if (!isUniform) describe(out, `all items from number ${first.length + 1} on are of the same kind`);
  return out;
}

/** How many items after those of a tuple are written out. */
const mostAfterTuple = 3;

function tupleOf(items: readonly JsonSchema[]): JsonSchema {
  const { length } = items;
  return { ...(length > 0 && { prefixItems: [...items] }), items: unionOf(items), ...sizes(length, length) };
}

function withoutType(schema: JsonSchema): JsonSchema {
  const { type: _, ...rest } = schema;
  return rest;
}

/** A schema of what any of these schemas takes. */
function unionOf(alternatives: readonly JsonSchema[]): JsonSchema {
  const distinct = new Map(alternatives.map((each) => [JSON.stringify(each), each]));
  if (distinct.size === 0 || distinct.has('{}')) return {};
  const [only, ...others] = distinct.values();
  return others.length === 0 ? only! : { anyOf: [only!, ...others] };
}

function sizes(least: number, most: number): JsonSchema {
  return { ...(least > 0 && { minItems: least }), ...(most < Infinity && { maxItems: most }) };
}

function toSchema(value: unknown): JsonSchema {
  if (isSchema(value)) return value;
  return value === false ? { not: {} } : {};
}

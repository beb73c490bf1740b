import { formatPath } from './wire-error.ts';
import {
  deref,
  isSchema,
  mapChildren,
  MANY,
  NAMED,
  ONE,
  PLAIN,
  setOwn,
  type JsonSchema,
} from './json-schema.ts';
import { getMark, type Mark } from './mark.ts';
import { isUnicodePattern } from './pattern.ts';
import { SchemaProblem } from './problem.ts';

/** Formats that JSON Schema defines. Of others a strict client would complain. */
const FORMATS = new Set(
  (
    'date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference ' +
    'uuid uri-template json-pointer relative-json-pointer regex'
  ).split(' '),
);

/** The schema as clients see it: marks gone, only keywords of 2020-12, and only what is true. */
export function publish(schema: JsonSchema): JsonSchema {
  if (isNothing(schema)) return { ...annotations(schema), not: {} };
  const out: JsonSchema = {};
  for (const keyword in schema) {
    const value = schema[keyword];
    if (PLAIN.has(keyword)) {
      if (keyword === 'format' && !FORMATS.has(value as string)) continue;
      if (keyword === 'pattern' && !isUnicodePattern(value as string)) continue;
      out[keyword] = keyword === 'type' && Array.isArray(value) ? compactTypes(value as string[]) : value;
    } else if (ONE.has(keyword)) {
      out[keyword] = isSchema(value) ? publish(value) : value;
    } else if (MANY.has(keyword)) {
      const kept = (value as (JsonSchema | boolean)[]).filter(
        (branch) => keyword === 'prefixItems' || !isNothing(branch),
      );
      if (kept.length > 0) out[keyword] = kept.map((branch) => (isSchema(branch) ? publish(branch) : branch));
    } else if (NAMED.has(keyword)) {
      const named = {};
      for (const [name, child] of Object.entries(value as Record<string, JsonSchema>)) {
        setOwn(named, name, isSchema(child) ? publish(child) : child);
      }
      out[keyword] = named;
    }
  }
  return unwrapSingle(typed(closeTuple(out)));
}

// In drafts before 2020-12, which clients of 2025 validate by, `items: false` refuses the items of `prefixItems` too.
function closeTuple(schema: JsonSchema): JsonSchema {
  const { items, ...tuple } = schema;
  const first = tuple['prefixItems'];
  if (items !== false || !Array.isArray(first)) return schema;
  const most = tuple['maxItems'];
  return { ...tuple, maxItems: typeof most === 'number' ? Math.min(most, first.length) : first.length };
}

/** A published schema that is true to validators of drafts before 2020-12 too: they take `items` for all of a tuple. */
export function loosenTuples<TSchema extends JsonSchema>(schema: TSchema): TSchema {
  return JSON.stringify(schema).includes('"prefixItems"') ? (loosen(schema) as TSchema) : schema;
}

function loosen(schema: JsonSchema): JsonSchema {
  const loose = mapChildren(schema, loosen);
  const { items, prefixItems } = loose;
  if (!isSchema(items) || !Array.isArray(prefixItems)) return loose;
  return { ...loose, items: { anyOf: [...(prefixItems as JsonSchema[]), items] } };
}

function compactTypes(types: readonly string[]): string | string[] {
  const distinct = [...new Set(types)];
  return distinct.length === 1 ? distinct[0]! : distinct;
}

const OF_STRINGS = ['format', 'pattern', 'minLength', 'maxLength', 'contentEncoding'];

// Strict clients want the type named beside what is said about it.
function typed(schema: JsonSchema): JsonSchema {
  if (schema.type !== undefined) return schema;
  if ('unevaluatedProperties' in schema) return { type: 'object', ...schema };
  if (!OF_STRINGS.some((keyword) => keyword in schema)) return schema;
  const { const: only, anyOf, oneOf } = schema;
  const branches = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  const isOfStrings =
    typeof only === 'string' || branches?.every((branch) => branch.type === 'string') === true;
  return isOfStrings ? { type: 'string', ...schema } : schema;
}

function isNothing(schema: JsonSchema | boolean): boolean {
  if (typeof schema === 'boolean') return false;
  const mark = getMark(schema)?.is;
  return mark === 'never' || mark === 'undefined' || JSON.stringify(schema) === '{"not":{}}';
}

function annotations({ title, description }: JsonSchema): JsonSchema {
  return { ...(title === undefined ? {} : { title }), ...(description === undefined ? {} : { description }) };
}

// A union of which one branch is left is that branch.
function unwrapSingle(schema: JsonSchema): JsonSchema {
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword] as JsonSchema[] | undefined;
    if (branches?.length !== 1 || !isSchema(branches[0])) continue;
    const { [keyword]: _, ...beside } = schema;
    if (
      Object.keys(beside).every((key) => !(key in branches[0]!) || key === 'description' || key === 'title')
    ) {
      return { ...branches[0], ...beside };
    }
  }
  return schema;
}

/** Throws where no JSON value at all would be accepted, and says why and where. */
export function assertPossible(root: JsonSchema): void {
  const found = findImpossible(root, root, [], new Set());
  if (found === undefined) return;
  const at = found.path.length === 0 ? '' : `${formatPath(found.path)}: `;
  throw new SchemaProblem(found.code, `${at}${found.reason}`);
}

interface Impossible {
  path: (string | number)[];
  code: Extract<Mark, { is: 'never' }>['code'];
  reason: string;
}

function findImpossible(
  root: JsonSchema,
  raw: JsonSchema,
  path: (string | number)[],
  seen: Set<unknown>,
): Impossible | undefined {
  if (seen.has(raw['$ref'])) return undefined;
  if (raw['$ref'] !== undefined) seen.add(raw['$ref']);
  const node = deref(root, raw);
  const mark = getMark(node);
  if (mark?.is === 'never') return { path, code: mark.code, reason: mark.reason };
  if (mark?.is === 'undefined')
    return { path, code: 'SCHEMA_UNSUPPORTED', reason: 'only undefined is accepted, which JSON cannot say' };
  const below = (child: unknown, key?: string | number): Impossible | undefined =>
    isSchema(child)
      ? findImpossible(root, child, key === undefined ? path : [...path, key], seen)
      : undefined;
  for (const key of node.required ?? []) {
    const found = Object.hasOwn(node.properties ?? {}, key) ? below(node.properties![key], key) : undefined;
    if (found !== undefined) return found;
  }
  const least = (node['minItems'] as number | undefined) ?? 0;
  const first = (node['prefixItems'] ?? []) as JsonSchema[];
  for (let index = 0; index < Math.min(least, first.length); index++) {
    const found = below(first[index], index);
    if (found !== undefined) return found;
  }
  if (least > first.length) {
    const found = below(node['items'], first.length);
    if (found !== undefined) return found;
  }
  for (const part of (node['allOf'] ?? []) as JsonSchema[]) {
    const found = below(part);
    if (found !== undefined) return found;
  }
  const branches = ((node['anyOf'] ?? node['oneOf'] ?? []) as JsonSchema[]).map((branch) => below(branch));
  return branches.length > 0 && branches.every((found) => found !== undefined) ? branches[0] : undefined;
}

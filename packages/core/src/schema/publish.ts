import { formatPath } from './wire-error.ts';
import {
  deref,
  isSchema,
  mapChildren,
  plainKeywords,
  schemaKeywords,
  schemaListKeywords,
  schemaMapKeywords,
  setOwn,
  type JsonSchema,
} from './json-schema.ts';
import { getMark, type Mark } from './mark.ts';
import { isUnicodePattern } from './pattern.ts';
import { SchemaProblem } from './problem.ts';

// The formats that JSON Schema defines. Strict clients reject others.
const publishedFormats = new Set(
  (
    'date-time date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri uri-reference iri iri-reference ' +
    'uuid uri-template json-pointer relative-json-pointer regex'
  ).split(' '),
);

/** Makes the schema that clients see: without marks, without impossible branches, and with the keywords of 2020-12 only. */
export function publish(schema: JsonSchema): JsonSchema {
  if (isImpossible(schema)) return { ...pickAnnotations(schema), not: {} };
  const out: JsonSchema = {};
  for (const keyword in schema) {
    const value = schema[keyword];
    if (plainKeywords.has(keyword)) {
      if (keyword === 'format' && !publishedFormats.has(value as string)) continue;
      if (keyword === 'pattern' && !isUnicodePattern(value as string)) continue;
      out[keyword] = keyword === 'type' && Array.isArray(value) ? compactTypes(value as string[]) : value;
    } else if (schemaKeywords.has(keyword)) {
      out[keyword] = isSchema(value) ? publish(value) : value;
    } else if (schemaListKeywords.has(keyword)) {
      const kept = (value as (JsonSchema | boolean)[]).filter(
        (branch) => keyword === 'prefixItems' || !isImpossible(branch),
      );
      if (kept.length > 0) out[keyword] = kept.map((branch) => (isSchema(branch) ? publish(branch) : branch));
    } else if (schemaMapKeywords.has(keyword)) {
      const named = {};
      for (const [name, child] of Object.entries(value as Record<string, JsonSchema>)) {
        setOwn(named, name, isSchema(child) ? publish(child) : child);
      }
      out[keyword] = named;
    }
  }
  return unwrapSingle(addType(closeTuple(out)));
}

// Clients of 2025 validate by older drafts, in which `items: false` rejects the items of `prefixItems` too. So `maxItems`
// closes the tuple instead.
function closeTuple(schema: JsonSchema): JsonSchema {
  const { items, ...tuple } = schema;
  const first = tuple['prefixItems'];
  if (items !== false || !Array.isArray(first)) return schema;
  const most = tuple['maxItems'];
  return { ...tuple, maxItems: typeof most === 'number' ? Math.min(most, first.length) : first.length };
}

/** Loosens `items` for validators of drafts before 2020-12, which apply it to all items of a tuple, not only to the rest. */
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

const stringKeywords = ['format', 'pattern', 'minLength', 'maxLength', 'contentEncoding'];

// Strict clients require a `type` beside keywords that apply to one type only.
function addType(schema: JsonSchema): JsonSchema {
  if (schema.type !== undefined) return schema;
  if ('unevaluatedProperties' in schema) return { type: 'object', ...schema };
  if (!stringKeywords.some((keyword) => keyword in schema)) return schema;
  const { const: only, anyOf, oneOf } = schema;
  const branches = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  const isOfStrings =
    typeof only === 'string' || branches?.every((branch) => branch.type === 'string') === true;
  return isOfStrings ? { type: 'string', ...schema } : schema;
}

function isImpossible(schema: JsonSchema | boolean): boolean {
  if (typeof schema === 'boolean') return false;
  const mark = getMark(schema)?.is;
  return mark === 'never' || mark === 'undefined' || JSON.stringify(schema) === '{"not":{}}';
}

function pickAnnotations({ title, description }: JsonSchema): JsonSchema {
  return { ...(title !== undefined && { title }), ...(description !== undefined && { description }) };
}

// Replaces a union that has only one branch left by this branch.
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

/** Throws a SchemaProblem, with the place and the reason, if the schema accepts no JSON value at all. */
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
  if (mark?.is === 'undefined') {
    return {
      path,
      code: 'SCHEMA_UNSUPPORTED',
      reason: 'only undefined is accepted, and JSON has no undefined',
    };
  }
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

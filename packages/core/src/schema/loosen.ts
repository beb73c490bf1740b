import { isRecord } from '../record.ts';
import { isSchema, mapChildren, type JsonSchema } from './json-schema.ts';
import { toRegExp } from './pattern.ts';

/** What a result that was cut, or that has only some of its fields, may not fulfil. */
const bounds = new Set([
  'required',
  'dependentRequired',
  'dependentSchemas',
  'minItems',
  'minLength',
  'minProperties',
  'minContains',
  'maxContains',
  'contains',
  // The key that says what is missing counts too.
  'maxProperties',
  // Rows may be the same in the fields that were asked for, and texts after they were cut.
  'uniqueItems',
  // What they leave over depends on the keywords that are left out here.
  'unevaluatedItems',
  'unevaluatedProperties',
  'pattern',
  'contentEncoding',
  'not',
  'if',
  'then',
  'else',
]);

/** No text is cut to fewer characters. */
export const leastText = 200;

/** Formats of texts that are too short to be cut. */
const shortFormats = new Set(['date-time', 'date', 'time', 'duration', 'uuid', 'ipv4', 'ipv6']);

/**
 * Copies the schema of a result so that every part of such a result fits it: nothing is required, and no list or text has
 * a least length. Official clients refuse a result that does not fit.
 */
export function loosen(schema: JsonSchema): JsonSchema {
  const loose: JsonSchema = {};
  const copy = mapChildren(schema, (child) => loosen(child));
  for (const keyword in copy) {
    const value = copy[keyword];
    if (bounds.has(keyword) || (keyword === 'format' && !shortFormats.has(value as string))) continue;
    if ((keyword === 'enum' || keyword === 'const') && [value].flat().some(mayBeCut)) continue;
    if (keyword === 'prefixItems' || keyword === 'items') continue;
    // With nothing required, several branches may fit.
    if (keyword === 'oneOf') addBranches(loose, value as JsonSchema[]);
    else if (keyword === 'anyOf') addBranches(loose, value as JsonSchema[]);
    else loose[keyword] = value;
  }
  const items = toItems(copy);
  if (items !== undefined) loose['items'] = items;
  return loose;
}

/** Whether a part of this value may be a result too: of a list, an object, or a long text. */
function mayBeCut(value: unknown): boolean {
  return typeof value === 'string' ? value.length > leastText : typeof value === 'object' && value !== null;
}

/** The schema of all items. In the rest of a list, an item is not where a tuple has it. */
function toItems({ prefixItems, items }: JsonSchema): JsonSchema | boolean | undefined {
  if (!Array.isArray(prefixItems)) return isSchema(items) || typeof items === 'boolean' ? items : undefined;
  if (items === undefined || items === true) return undefined;
  const rest = isSchema(items) ? ((items['anyOf'] as JsonSchema[] | undefined) ?? [items]) : [];
  const known = new Map(
    [...(prefixItems as JsonSchema[]), ...rest].map((each) => [JSON.stringify(each), each]),
  );
  return { anyOf: [...known.values()] };
}

/** Adds the branches of a union. A schema with two unions says that both hold. */
function addBranches(loose: JsonSchema, branches: readonly JsonSchema[]): void {
  if (loose['anyOf'] === undefined) loose['anyOf'] = branches;
  else loose['allOf'] = [...((loose['allOf'] as JsonSchema[] | undefined) ?? []), { anyOf: branches }];
}

/** The key of a result that says what was left out, for clients that show a model nothing but structured content. */
export const moreKey = '_more';

/**
 * Adds that key to the schema of a result, and to each branch of a union. `hasPlace` is false where it cannot be sent: the
 * app has such a key itself, or what the schema says of its keys cannot be known here.
 */
export function withMore(schema: JsonSchema): { schema: JsonSchema; hasPlace: boolean } {
  const extended = addMore(schema);
  return { schema: extended ?? schema, hasPlace: extended !== undefined };
}

function addMore(schema: JsonSchema): JsonSchema | undefined {
  const { type, properties, patternProperties = {}, $ref } = schema;
  if ($ref !== undefined) return undefined;
  const extended = { ...schema };
  for (const keyword of ['anyOf', 'oneOf', 'allOf']) {
    const branches = schema[keyword] as JsonSchema[] | undefined;
    if (branches === undefined) continue;
    const added = branches.map((branch) => (isSchema(branch) ? addMore(branch) : branch));
    if (added.includes(undefined)) return undefined;
    extended[keyword] = added;
  }
  const takesObjects = type === undefined ? properties !== undefined : [type].flat().includes('object');
  if (!takesObjects) return extended;
  if (isRecord(properties) && Object.hasOwn(properties, moreKey)) return undefined;
  if (Object.keys(patternProperties as object).some((pattern) => toRegExp(pattern).test(moreKey)))
    return undefined;
  return { ...extended, properties: { ...properties, [moreKey]: { type: 'string' } } };
}

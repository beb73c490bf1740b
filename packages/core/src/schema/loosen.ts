import { isSchema, mapChildren, type JsonSchema } from './json-schema.ts';

/** What a result that was cut, or that has only some of its fields, may not fulfil. */
const bounds = new Set([
  'required',
  'dependentRequired',
  'dependentSchemas',
  'minItems',
  'minLength',
  'minProperties',
  'minContains',
  'contains',
  'pattern',
  'contentEncoding',
  'not',
  'if',
  'then',
  'else',
]);

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
    // With nothing required, several branches may fit.
    if (keyword === 'oneOf') addBranches(loose, value as JsonSchema[]);
    else if (keyword === 'anyOf') addBranches(loose, value as JsonSchema[]);
    else loose[keyword] = value;
  }
  return loose;
}

/** Adds the branches of a union. A schema with two unions says that both hold. */
function addBranches(loose: JsonSchema, branches: readonly JsonSchema[]): void {
  if (loose['anyOf'] === undefined) loose['anyOf'] = branches;
  else loose['allOf'] = [...((loose['allOf'] as JsonSchema[] | undefined) ?? []), { anyOf: branches }];
}

/** The key of a result that says what was left out, for clients that show a model nothing but structured content. */
export const moreKey = '_more';

/** Adds that key to the schema of a result, where the schema has a place for it. */
export function withMore(schema: JsonSchema): JsonSchema {
  const hasPlace =
    schema.type === 'object' && !['anyOf', 'oneOf', 'allOf', '$ref'].some((keyword) => keyword in schema);
  const { properties = {} } = schema;
  if (!hasPlace || !isSchema(properties) || Object.hasOwn(properties, moreKey)) return schema;
  return { ...schema, properties: { ...properties, [moreKey]: { type: 'string' } } };
}

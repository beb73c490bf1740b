import { isSchema, type JsonSchema } from '../json-schema.ts';

/**
 * Writes `type: ['string', 'null']` as a union, and takes `null` out of a list of values. Some clients refuse lists of types,
 * and strict ones want a `type` in each branch.
 */
export function splitTypes(schema: JsonSchema): JsonSchema {
  if (!Array.isArray(schema.type) && !('enum' in schema)) return schema;
  const { type: types, ...beside } = schema;
  if ('enum' in schema) return splitNull(Array.isArray(types) ? beside : schema);
  if (!Array.isArray(types)) return schema;
  const distinct = [...new Set(types)];
  if (distinct.length === 1) return { ...beside, type: distinct[0]! };
  if ('const' in schema) return beside;
  if ('anyOf' in schema) {
    const isTyped = (schema['anyOf'] as unknown[]).every((branch) => isSchema(branch) && 'type' in branch);
    if (isTyped) return beside;
    const union = { anyOf: distinct.map((type) => ({ type })) };
    return { ...beside, allOf: [...((beside['allOf'] ?? []) as JsonSchema[]), union] };
  }
  const common: JsonSchema = {};
  const branches: JsonSchema[] = distinct.map((type) => ({ type }));
  for (const [keyword, value] of Object.entries(beside)) {
    const type = typeOf[keyword];
    const owners = branches.filter(
      (branch) => (type === 'number' && branch.type === 'integer') || branch.type === type,
    );
    for (const owner of owners) owner[keyword] = value;
    if (type === undefined) common[keyword] = value;
  }
  return { ...common, anyOf: branches };
}

function splitNull(schema: JsonSchema): JsonSchema {
  if (!(schema['enum'] as unknown[]).includes(null)) return schema;
  const { enum: values, type: _, ...beside } = schema;
  const [all, some] = [values as unknown[], (values as unknown[]).filter((value) => value !== null)];
  if (some.length === all.length || 'anyOf' in schema) return schema;
  if (some.length === 0) return { ...beside, type: 'null' };
  return { ...beside, anyOf: [addType({ enum: some }), { type: 'null' }] };
}

/** The type of value to which a keyword applies. */
const typeOf: Record<string, string | undefined> = Object.fromEntries(
  Object.entries({
    string: 'format pattern minLength maxLength contentEncoding contentMediaType',
    number: 'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf',
    array: 'items prefixItems minItems maxItems uniqueItems contains minContains maxContains',
    object:
      'properties required additionalProperties patternProperties propertyNames minProperties maxProperties dependentRequired dependentSchemas unevaluatedProperties',
  }).flatMap(([type, keywords]) => keywords.split(' ').map((keyword) => [keyword, type])),
);

const stringKeywords = ['format', 'pattern', 'minLength', 'maxLength', 'contentEncoding'];

/** Adds a `type` beside keywords that apply to one type only, which strict clients require. */
export function addType(schema: JsonSchema): JsonSchema {
  if (schema.type !== undefined) return schema;
  if ('unevaluatedProperties' in schema) return { type: 'object', ...schema };
  const values = schema['enum'] as unknown[] | undefined;
  if (values !== undefined) {
    return values.every((value) => typeof value === 'string') ? { type: 'string', ...schema } : schema;
  }
  if (!stringKeywords.some((keyword) => keyword in schema)) return schema;
  const { const: only, anyOf, oneOf } = schema;
  const branches = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  const isOfStrings =
    typeof only === 'string' || branches?.every((branch) => branch.type === 'string') === true;
  return isOfStrings ? { type: 'string', ...schema } : schema;
}

import { isObject, type Node, type SchemaObject } from './node.ts';

/** The keywords under which draft-07 has schemas. */
export const draft07Keywords: ReadonlySet<string> = new Set(
  (
    'items contains additionalProperties properties patternProperties dependencies propertyNames definitions ' +
    'if then else allOf anyOf oneOf not'
  ).split(' '),
);

/**
 * Says which keyword of a schema does not have the form that the metaschema of draft-07 wants. Numbers, texts and flags may
 * be written as each other, because VS Code converts them.
 */
export function faultOfDraft07(schema: SchemaObject | boolean, _node?: Node): string | undefined {
  if (!isObject(schema)) return undefined;
  for (const [kind, keywords] of Object.entries(forms)) {
    const { holds, expected } = kinds[kind as keyof typeof kinds];
    const wrong = keywords.find((keyword) => Object.hasOwn(schema, keyword) && !holds(schema[keyword]));
    if (wrong !== undefined) return `has ${wrong}, which has to be ${expected} in draft-07`;
  }
  return undefined;
}

const types = new Set<unknown>(['array', 'boolean', 'integer', 'null', 'number', 'object', 'string']);
const isSchema = (value: unknown) => typeof value === 'boolean' || isObject(value);
const isScalar = (value: unknown) => value === null || typeof value !== 'object';
const isNumber = (value: unknown) => isScalar(value) && Number.isFinite(Number(value));
const isSize = (value: unknown) => isNumber(value) && Number.isInteger(Number(value)) && Number(value) >= 0;
const areTexts = (value: unknown) =>
  Array.isArray(value) && value.every(isScalar) && new Set(value).size === value.length;
const areSchemas = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isSchema);
const areNamed = (value: unknown) => isObject(value) && Object.values(value).every(isSchema);

const kinds = {
  type: {
    holds: (value: unknown) =>
      types.has(value) ||
      (Array.isArray(value) &&
        value.length > 0 &&
        value.every((each) => types.has(each)) &&
        new Set(value).size === value.length),
    expected: 'a type or a list of different types',
  },
  text: { holds: isScalar, expected: 'a text' },
  uri: { holds: (value: unknown) => isScalar(value) && URL.canParse(String(value)), expected: 'a URI' },
  flag: {
    holds: (value: unknown) => [true, false, 'true', 'false', 0, 1, null].includes(value as never),
    expected: 'true or false',
  },
  number: { holds: isNumber, expected: 'a number' },
  step: { holds: (value: unknown) => isNumber(value) && Number(value) > 0, expected: 'a number above 0' },
  size: { holds: isSize, expected: 'a whole number of 0 or more' },
  names: { holds: areTexts, expected: 'a list of different names' },
  list: { holds: Array.isArray, expected: 'a list' },
  schema: { holds: isSchema, expected: 'a schema' },
  schemas: { holds: areSchemas, expected: 'a list of schemas' },
  named: { holds: areNamed, expected: 'an object of schemas' },
  items: {
    holds: (value: unknown) => isSchema(value) || areSchemas(value),
    expected: 'a schema or a list of schemas',
  },
  dependencies: {
    holds: (value: unknown) =>
      isObject(value) && Object.values(value).every((each) => isSchema(each) || areTexts(each)),
    expected: 'an object of schemas and lists of names',
  },
};

const forms: Record<keyof typeof kinds, readonly string[]> = {
  type: ['type'],
  text: [
    '$id',
    '$ref',
    '$comment',
    'title',
    'description',
    'format',
    'contentMediaType',
    'contentEncoding',
    'pattern',
  ],
  uri: ['$schema'],
  flag: ['readOnly', 'uniqueItems'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  step: ['multipleOf'],
  size: ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties'],
  names: ['required'],
  list: ['enum', 'examples'],
  schema: [
    'additionalItems',
    'contains',
    'additionalProperties',
    'propertyNames',
    'if',
    'then',
    'else',
    'not',
  ],
  schemas: ['allOf', 'anyOf', 'oneOf'],
  named: ['definitions', 'properties', 'patternProperties'],
  items: ['items'],
  dependencies: ['dependencies'],
};

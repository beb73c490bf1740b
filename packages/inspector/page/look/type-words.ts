import { asRecord } from '../parts/record.ts';
import { nameOf, resolve, type Schema } from './reference.ts';

/** Says in words what a schema allows: `list of text`, `"active" or "paused"`, `date and time`. */
export function toTypeWords(value: unknown, root: unknown): string {
  return describe(value, root, [], 0, { left: mostSchemas });
}

/** Says the limits of a schema in words: `at most 100`, `1 to 64 characters`. */
export function toLimitWords(value: unknown, root: unknown): string[] {
  const { schema } = resolve(value, root);
  if (typeof schema === 'boolean') return [];
  const { pattern, multipleOf, uniqueItems } = schema;
  return [
    toRange(schema, 'minimum', 'maximum', ''),
    toBound('more than', schema['exclusiveMinimum']),
    toBound('less than', schema['exclusiveMaximum']),
    toRange(schema, 'minLength', 'maxLength', ' characters'),
    toRange(schema, 'minItems', 'maxItems', ' entries'),
    toRange(schema, 'minProperties', 'maxProperties', ' keys'),
    toBound('a multiple of', multipleOf),
    uniqueItems === true ? 'no entry twice' : '',
    typeof pattern === 'string' ? `matches ${pattern}` : '',
  ].filter(Boolean);
}

const mostValues = 8;
const mostLevels = 6;
/** The most schemas that are read for one text. Choices of choices multiply. */
const mostSchemas = 300;

function describe(
  value: unknown,
  root: unknown,
  seen: readonly string[],
  level: number,
  budget: { left: number },
): string {
  const { schema, reference } = resolve(value, root);
  if (typeof schema === 'boolean') return schema ? 'anything' : 'nothing at all';
  if (reference !== undefined && (seen.includes(reference) || isObject(schema)))
    return `object (${nameOf(reference)})`;
  if (level > mostLevels || --budget.left < 0) return '…';
  const inner = (one: unknown) =>
    describe(one, root, reference === undefined ? seen : [...seen, reference], level + 1, budget);
  const { const: only, enum: values, anyOf, oneOf, allOf, type } = schema;
  if (Object.hasOwn(schema, 'const')) return toValueWords(only);
  if (Array.isArray(values)) return toChoice(values.map(toValueWords), mostValues);
  const alternatives = anyOf ?? oneOf;
  if (Array.isArray(alternatives)) return toChoice([...new Set(alternatives.map(inner))], mostValues);
  if (Array.isArray(allOf) && type === undefined)
    return [...new Set(allOf.map(inner))].join(' and ') || 'anything';
  if (Array.isArray(type))
    return toChoice([...new Set(type.map((one) => ofType(one, schema, inner)))], mostValues);
  return ofType(type ?? guessType(schema), schema, inner);
}

type Keywords = Exclude<Schema, boolean>;

function ofType(type: unknown, schema: Keywords, inner: (value: unknown) => string): string {
  switch (type) {
    case 'string':
      return toTextWords(schema);
    case 'integer':
      return 'whole number';
    case 'number':
      return 'number';
    case 'boolean':
      return 'true or false';
    case 'null':
      return 'null';
    case 'array': {
      const { prefixItems, items } = schema;
      if (Array.isArray(prefixItems)) return `list of exactly: ${prefixItems.map(inner).join(', ')}`;
      return items === undefined || items === true ? 'list' : `list of ${group(inner(items))}`;
    }
    case 'object': {
      const { properties, additionalProperties } = schema;
      const isMap = asRecord(additionalProperties) && Object.keys(asRecord(properties) ?? {}).length === 0;
      return isMap ? `object of any keys with ${group(inner(additionalProperties))}` : 'object';
    }
    default:
      return typeof type === 'string' ? type : 'anything';
  }
}

const formats: Readonly<Record<string, string>> = {
  'date-time': 'date and time',
  date: 'date',
  time: 'time of day',
  duration: 'duration',
  email: 'email address',
  uri: 'URL',
  uuid: 'UUID',
  binary: 'file',
};

function toTextWords({ format, contentEncoding, contentMediaType }: Keywords): string {
  if (contentEncoding === 'base64')
    return typeof contentMediaType === 'string' ? `${contentMediaType} in base64` : 'bytes in base64';
  if (typeof format !== 'string') return 'text';
  return Object.hasOwn(formats, format) ? formats[format]! : `text (${format})`;
}

function guessType(schema: Keywords): string | undefined {
  if (schema['properties'] !== undefined || schema['additionalProperties'] !== undefined) return 'object';
  return schema['items'] !== undefined || schema['prefixItems'] !== undefined ? 'array' : undefined;
}

function isObject(schema: Keywords): boolean {
  return asRecord(schema['properties']) !== undefined;
}

function toChoice(words: readonly string[], most: number): string {
  const more = words.length - most;
  const shown = words.slice(0, most);
  if (more > 0) return `${shown.join(', ')} or ${more} more`;
  return shown.length > 2
    ? `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`
    : shown.join(' or ') || 'nothing at all';
}

/** Puts a choice in brackets: `list of (text or number)`. */
function group(words: string): string {
  return / or |, /.test(words) && words !== 'true or false' ? `(${words})` : words;
}

const mostValueCharacters = 60;

/** Writes a value as JSON, cut where it is long. */
export function toValueWords(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > mostValueCharacters ? `${text.slice(0, mostValueCharacters)}…` : text;
}

function toRange(schema: Keywords, least: string, most: string, unit: string): string {
  const [from, to] = [schema[least], schema[most]];
  // The bounds that validators add to every whole number say nothing.
  const isFrom = typeof from === 'number' && from > -Number.MAX_SAFE_INTEGER;
  const isTo = typeof to === 'number' && to < Number.MAX_SAFE_INTEGER;
  if (isFrom && isTo) return from === to ? `exactly ${from}${unit}` : `${from} to ${to}${unit}`;
  if (isFrom) return from === 0 && unit !== '' ? '' : `at least ${from}${unit}`;
  return isTo ? `at most ${to}${unit}` : '';
}

function toBound(words: string, value: unknown): string {
  return typeof value === 'number' ? `${words} ${value}` : '';
}

import { isSchema, type JsonSchema } from '../json-schema.ts';

const MAX_SHOWN = 60;

/** A value as a message echoes it: JSON, shortened. Never longer than a line, whatever was sent. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string')
    return JSON.stringify(value.length > MAX_SHOWN ? `${value.slice(0, MAX_SHOWN)}…` : value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    const named = keys.slice(0, 4).map((key) => (key.length > 24 ? `${key.slice(0, 24)}…` : key));
    return keys.length === 0
      ? 'an empty object'
      : `an object with ${named.join(', ')}${keys.length > 4 ? ', …' : ''}`;
  }
  return `${value as number | boolean | null}`;
}

const NAMES: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};
const FORMATS: Record<string, string> = {
  'date-time': 'an ISO 8601 date-time such as 2026-01-31T09:00:00Z',
  date: 'a date such as 2026-01-31',
  email: 'an email address',
  uri: 'a URL',
  uuid: 'a UUID',
};

/** What a schema asks for, in a few words: "a number", "one of "a", "b"". */
export function describeSchema(schema: JsonSchema): string {
  if ('const' in schema) return show(schema['const']);
  if (Array.isArray(schema['enum'])) return orList(schema['enum'].slice(0, 20).map(show));
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(options)) {
    return orList([...new Set(options.filter(isSchema).map(describeSchema))]);
  }
  const format = FORMATS[schema['format'] as string];
  if (format !== undefined) return format;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? 'a JSON value' : orList(types.map((type) => NAMES[type] ?? type));
}

export function orList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}

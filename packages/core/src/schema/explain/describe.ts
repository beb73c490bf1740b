import { isSchema, type JsonSchema } from '../json-schema.ts';

const maxCharactersShown = 60;

/** Shows a value in a message, as shortened JSON. The text is never longer than a line. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(cut(value, maxCharactersShown));
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    if (keys.length === 0) return 'an empty object';
    const shown = keys.slice(0, 4).map((key) => cut(key, 24));
    return `an object with ${shown.join(', ')}${keys.length > 4 ? ', …' : ''}`;
  }
  return `${value as number | boolean | null}`;
}

const typeNames: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};
const formatNames: Record<string, string> = {
  'date-time': 'an ISO 8601 date-time such as 2026-01-31T09:00:00Z',
  date: 'a date such as 2026-01-31',
  email: 'an email address',
  uri: 'a URL',
  uuid: 'a UUID',
};

/** Describes in a few words what a schema accepts, for example `a number` or `"a" or "b"`. */
export function describeSchema(schema: JsonSchema): string {
  if ('const' in schema) return show(schema['const']);
  if (Array.isArray(schema['enum'])) return orList(schema['enum'].slice(0, 20).map(show));
  const options = schema['anyOf'] ?? schema['oneOf'];
  if (Array.isArray(options)) {
    return orList([...new Set(options.filter(isSchema).map(describeSchema))]);
  }
  const format = formatNames[schema['format'] as string];
  if (format !== undefined) return format;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.length === 0 ? 'a JSON value' : orList(types.map((type) => typeNames[type] ?? type));
}

/** Shortens a text and marks the cut with `…`. */
export function cut(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

export function orList(items: readonly string[]): string {
  return items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1)}`;
}

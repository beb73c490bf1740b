import { deref, isSchema, setOwn, type JsonSchema } from '../json-schema.ts';
import { describe } from '../vendor/annotate.ts';

/**
 * Writes a record without `propertyNames`, which some clients refuse: its keys become `properties` where they are known and
 * that is short, and else words. Strict validators also want a required key among `properties`.
 */
export function nameKeys(root: JsonSchema, schema: JsonSchema): JsonSchema {
  if (schema['propertyNames'] === undefined) return schema;
  const { propertyNames, ...out } = schema;
  if (!isSchema(propertyNames) || schema.properties !== undefined) return out;
  const { additionalProperties: value = {}, required = [], ...beside } = out;
  const names = namesOf(root, propertyNames, 0)?.filter((name) => typeof name === 'string');
  if (names === undefined) {
    const words = wordsFor(deref(root, propertyNames));
    if (words !== undefined) describe(out, words);
    return out;
  }
  const known = [...new Set([...names, ...required])];
  const isShort = JSON.stringify(value).length * known.length <= maxWrittenOut;
  const isComplete = known.every((name) => required.includes(name));
  if (isShort || value === false) {
    const properties = {};
    if (value !== false) for (const name of known) setOwn(properties, name, value);
    return { ...beside, properties, ...(required.length > 0 && { required }), additionalProperties: false };
  }
  const long: JsonSchema = { ...beside, additionalProperties: value };
  if (isComplete) long['minProperties'] = known.length;
  else if (required.length > 0) {
    const properties = {};
    for (const name of required) setOwn(properties, name, value);
    Object.assign(long, { properties, required });
  }
  describe(
    long,
    `${isComplete ? 'needs all of the keys' : 'the keys are'} ${known.map((name) => JSON.stringify(name)).join(', ')}`,
  );
  return long;
}

const maxWrittenOut = 600;

/** The only names that a schema of names allows; undefined if it allows others. */
function namesOf(root: JsonSchema, names: JsonSchema, depth: number): unknown[] | undefined {
  const { const: only, enum: some, anyOf } = deref(root, names);
  if (only !== undefined) return [only];
  if (Array.isArray(some)) return some;
  if (!Array.isArray(anyOf) || depth > 8) return undefined;
  const parts = (anyOf as JsonSchema[]).map((part) => namesOf(root, part, depth + 1));
  return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
}

/** Says what the keys have to be; undefined if any string will do. */
function wordsFor({ type, pattern, format, minLength, maxLength }: JsonSchema): string | undefined {
  const words = [
    (type === 'number' || type === 'integer') && 'a number',
    typeof format === 'string'
      ? `of the format ${format}`
      : typeof pattern === 'string' && `matched by /${pattern}/`,
    typeof minLength === 'number' && minLength > 0 && `of at least ${minLength} characters`,
    typeof maxLength === 'number' && `of at most ${maxLength} characters`,
  ].filter((text) => typeof text === 'string');
  return words.length === 0 ? undefined : `each key is ${words.join(', ')}`;
}

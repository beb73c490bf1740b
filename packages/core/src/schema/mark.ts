import { mapChildren, type JsonSchema } from './json-schema.ts';

/**
 * What JSON Schema cannot express about the values at one place. Converters write marks into the schema that they make.
 * Encoders and decoders are compiled from the marks, and the published schema has none. A converter may copy its schema
 * through JSON, so marks are plain JSON too. That is why a leaf is an index into the table of its conversion.
 */
export type Mark =
  | { is: 'leaf'; leaf: number }
  | { is: 'set' }
  /** A Map with string keys: an object. */
  | { is: 'map' }
  /** A Map with other keys: an array of `[key, value]` pairs. */
  | { is: 'pairs' }
  /** The parser converts the JSON value itself (coercion), so that it is neither decoded nor repaired. */
  | { is: 'asIs' }
  /** No JSON value is accepted here. The reason is reported if nothing else is accepted at this place either. */
  | { is: 'never'; code: 'SCHEMA_UNSUPPORTED' | 'CODEC_MISSING'; reason: string }
  /** Only `undefined` is accepted here. In JSON, that is a key that is left out. `isFilled`: the validator requires the key. */
  | { is: 'undefined'; isFilled?: true }
  /** The fields of a FormData. */
  | { is: 'form' };

const markKey = 'x-trpc-mcp';

export function getMark(schema: JsonSchema): Mark | undefined {
  return schema[markKey] as Mark | undefined;
}

export function setMark(schema: JsonSchema, mark: Mark): void {
  schema[markKey] = mark;
}

const boundsKey = 'x-trpc-mcp-keys';

/** Notes that the validator drops the keys that this object schema does not mention. Plain JSON too, like a mark. */
export function setStrips(schema: JsonSchema): void {
  schema[boundsKey] = true;
}

/** Whether the validator drops the keys that this object schema does not mention. */
export function isStripping(schema: JsonSchema): boolean {
  return schema[boundsKey] === true;
}

/** Notes that the validator refuses the keys that this object schema, which is closed, does not mention. */
export function setStrict(schema: JsonSchema): void {
  schema[boundsKey] = 'strict';
}

/** Whether this object schema knows all of its keys: the validator drops or refuses others. */
export function isBounded(schema: JsonSchema): boolean {
  return schema[boundsKey] !== undefined;
}

/** Copies a schema without these notes, and open for keys that it does not mention. */
export function withoutBounds(schema: JsonSchema): JsonSchema {
  if (!isBounded(schema)) return schema;
  const { [boundsKey]: _, additionalProperties: __, ...rest } = schema;
  return rest;
}

export function isBoundsKey(keyword: string): boolean {
  return keyword === boundsKey;
}

/** Copies a schema and adds a mark. */
export function marked(mark: Mark, schema: JsonSchema = {}): JsonSchema {
  return { ...schema, [markKey]: mark };
}

const wordsKey = 'x-trpc-mcp-words';

/** Notes what the published description adds in words, after what the app says, because no keyword can say it. */
export function addWords(schema: JsonSchema, words: string): void {
  schema[wordsKey] = [...getWords(schema).filter((each) => each !== words), words];
}

export function getWords(schema: JsonSchema): readonly string[] {
  return (schema[wordsKey] ?? []) as string[];
}

const patternsKey = 'x-trpc-mcp-patterns';

/**
 * Notes what is known of patterns, by their sources: `own` for one that the app wrote, which says more than any format,
 * or what a pattern wants in words.
 */
export function notePatterns(
  schema: JsonSchema,
  notes: Readonly<Record<string, 'own' | { words: string }>>,
): void {
  if (Object.keys(notes).length > 0) schema[patternsKey] = { ...notesOfPatterns(schema), ...notes };
}

export function notesOfPatterns(
  schema: JsonSchema,
): Readonly<Record<string, 'own' | { words: string } | undefined>> {
  return (schema[patternsKey] ?? {}) as Record<string, 'own' | { words: string }>;
}

/** Copies a schema without its marks and notes. */
export function withoutMarks(schema: JsonSchema): JsonSchema {
  const rest = mapChildren(schema, withoutMarks);
  for (const key of [markKey, boundsKey, wordsKey, patternsKey]) delete rest[key];
  return rest;
}

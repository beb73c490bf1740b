import type { JsonSchema } from './json-schema.ts';

/**
 * What JSON Schema cannot say about a position. Converters write marks into the schema they make; the codec is compiled
 * from them; they are gone from what is published. They pass through the converters' own JSON round trip, so they are
 * plain JSON: a leaf is an index into the conversion's table.
 */
export type Mark =
  | { is: 'leaf'; leaf: number }
  | { is: 'set' }
  /** A Map with string keys: an object. */
  | { is: 'map' }
  /** A Map with other keys: a list of pairs. */
  | { is: 'pairs' }
  /** The parser makes its value out of the wire value itself (coerce): neither decoded nor repaired. */
  | { is: 'asIs' }
  /** No JSON value is accepted here; the reason is told when nothing else is possible either. */
  | { is: 'never'; code: 'SCHEMA_UNSUPPORTED' | 'CODEC_MISSING'; reason: string }
  /** `undefined`, which on the wire is absence. */
  | { is: 'undefined' }
  /** Fields of a FormData. */
  | { is: 'form' };

const KEY = 'x-trpc-mcp';

export function getMark(schema: JsonSchema): Mark | undefined {
  return schema[KEY] as Mark | undefined;
}

export function setMark(schema: JsonSchema, mark: Mark): void {
  schema[KEY] = mark;
}

export function isMarkKey(keyword: string): boolean {
  return keyword === KEY;
}

/** A schema with a mark, in one expression. */
export function marked(mark: Mark, schema: JsonSchema = {}): JsonSchema {
  return { ...schema, [KEY]: mark };
}

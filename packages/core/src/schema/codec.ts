import type { JsonSchema } from './json-schema.ts';

/**
 * Teaches the bridge a class that it cannot know, or cannot see. At least one of `class` and `parser` says where it applies.
 *
 * ```ts
 * codecs: [
 *   {
 *     class: Temporal.Instant,
 *     schema: { type: 'string', format: 'date-time' },
 *     decode: (wire) => Temporal.Instant.from(wire as string),
 *     encode: (instant) => instant.toString(),
 *   },
 *   // A branded class behind `z.custom()` shows no class: name the schema itself.
 *   { parser: money, schema: { type: 'string' }, decode: (wire) => Money.parse(wire as string), encode: String },
 * ]
 * ```
 */
export type WireCodec<T = any> = TaughtClass<T> | NamedClass;

/** A class of the app's own, with its form on the wire. */
export interface TaughtClass<T = any> {
  /** What `z.instanceof`, arktype and valibot's `instance` name; results that are instances of it are encoded too. */
  class?: abstract new (...args: any[]) => T;
  /** The very schema object of the app's validator, also when it is refined, described or made optional afterwards. */
  parser?: unknown;
  /** What is published for it: JSON Schema 2020-12. */
  schema: JsonSchema;
  /** From JSON to the value. Whatever it throws refuses the arguments, with its message. */
  decode(wire: unknown): T;
  /** From the value to JSON. */
  encode(value: T): unknown;
}

/** A class that every runtime has, behind a schema that does not show it. */
export interface NamedClass {
  /** Date, URL, RegExp, File, Blob, FormData, Uint8Array, ArrayBuffer, Map, Set, Buffer. */
  class: abstract new (...args: any[]) => unknown;
  /** The very schema object of the app's validator. */
  parser: unknown;
}

export function isTaught(codec: WireCodec): codec is TaughtClass {
  return 'schema' in codec;
}

import type { JsonSchema } from './json-schema.ts';

/**
 * Teaches the bridge a class that it cannot know. At least one of `class` and `parser` says where it applies.
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
export interface WireCodec<T = any> {
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

import type { JsonSchema } from './json-schema.ts';

/**
 * Teaches @trpc-mcp how instances of a class are written in JSON. At least one of `class` and `parser` says where the codec
 * applies.
 *
 * ```ts
 * codecs: [
 *   {
 *     class: Temporal.Instant,
 *     schema: { type: 'string', format: 'date-time' },
 *     decode: (wire) => Temporal.Instant.from(wire as string),
 *     encode: (instant) => instant.toString(),
 *   },
 *   // `z.custom()` does not show its class, so name the schema itself.
 *   { parser: money, schema: { type: 'string' }, decode: (wire) => Money.parse(wire as string), encode: String },
 * ]
 * ```
 */
export type WireCodec<T = any> = TaughtClass<T> | NamedClass;

/** A class of the app, and how its instances are written in JSON. */
export interface TaughtClass<T = any> {
  /** The class that `z.instanceof`, arktype or valibot's `instance` names. Its instances are also encoded in any result. */
  class?: abstract new (...args: any[]) => T;
  /** The schema object of the app's validator itself. It is still recognised if it is refined, described or made optional. */
  parser?: unknown;
  /** The published JSON Schema, draft 2020-12. */
  schema: JsonSchema;
  /** Makes the value from JSON. If it throws, the arguments are rejected with the message of its error. */
  decode(wire: unknown): T;
  /** Encodes the value as JSON. */
  encode(value: T): unknown;
}

/** A class that every runtime has, for a schema that does not show it. */
export interface NamedClass {
  /** One of Date, URL, RegExp, File, Blob, FormData, Uint8Array, ArrayBuffer, Map, Set and Buffer. */
  class: abstract new (...args: any[]) => unknown;
  /** The schema object of the app's validator itself. */
  parser: unknown;
}

export function isTaught(codec: WireCodec): codec is TaughtClass {
  return 'schema' in codec;
}

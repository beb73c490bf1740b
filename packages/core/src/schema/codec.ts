import type { JsonSchema } from './json-schema.ts';

/**
 * Teaches `@trpc-mcp` how instances of a class are written in JSON. At least one of `class` and `parser` says where the codec
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
  /**
   * The class that `z.instanceof`, arktype or valibot's `instance` names, or the name of it, for a class that a library does
   * not export. Its instances are also encoded in any result. With zod 3, a name is found by running the check of each
   * `z.instanceof()` and `z.custom()` once, with `undefined`.
   */
  class?: (abstract new (...args: any[]) => T) | string;
  /**
   * The schema object of the app's validator itself. It is still recognised if it is refined, described or made optional.
   * Or a function that recognises schemas, for those that a factory makes: `(schema) => schema.description === 'money'`.
   */
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
  /** The schema object of the app's validator itself, or a function that recognises such schemas. */
  parser: unknown;
}

/** Whether a codec is for this class. */
export function isClass({ class: own }: WireCodec, Class: unknown): boolean {
  return (
    own === Class || (typeof own === 'string' && own === (Class as { name?: unknown } | undefined)?.name)
  );
}

/** Whether a value is an instance of the class that a codec is for, or of a class that extends it. */
export function isInstance(codec: TaughtClass, value: unknown): boolean {
  const { class: own } = codec;
  if (own === undefined) return false;
  if (typeof own !== 'string') return value instanceof own;
  if (typeof value !== 'object') return false;
  for (
    let each: unknown = value;
    each !== null && each !== Object.prototype;
    each = Object.getPrototypeOf(each)
  ) {
    const { constructor } = each as object;
    if (typeof constructor === 'function' && constructor.name === own) return true;
  }
  return false;
}

/** Whether a codec has a predicate that recognises this schema. A schema of arktype is a function too. */
export function recognises({ parser: predicate }: WireCodec, parser: unknown): boolean {
  if (typeof predicate !== 'function' || '~standard' in predicate) return false;
  return (predicate as (parser: unknown) => unknown)(parser) === true;
}

export function isTaught(codec: WireCodec): codec is TaughtClass {
  return 'schema' in codec;
}

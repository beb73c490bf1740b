import { encodeArguments } from './wire/arguments.ts';
import type { WireCodec } from './codec.ts';
import { Conversion, type Converters } from './vendor/conversion.ts';
import { convert, convertOverride, type Document } from './convert.ts';
import { compileDecode } from './wire/decode.ts';
import { encodeAny } from './wire/encode-any.ts';
import { compileEncode } from './wire/encode.ts';
import type { Encode } from './wire/encoding.ts';
import type { JsonObjectSchema } from './json-schema.ts';
import { getMark } from './mark.ts';
import { explainError } from './explain/explain.ts';
import { SchemaProblem } from './problem.ts';
import { assertPossible, publish } from './publish.ts';
import { compileRepair } from './wire/repair.ts';
import { toObjectRoot, type Root } from './root.ts';
import { chain, type Marked, type Step } from './wire/traverse.ts';
import { isRecord } from '../record.ts';
import { WireError, type WireIssue } from './wire-error.ts';

export interface SchemaOptions {
  /** Converters for validators whose schemas have none of their own: `{ valibot: toJsonSchema }`. */
  converters?: Converters;
  /** The app's own classes, and how their instances are written in JSON. */
  codecs?: readonly WireCodec[];
  /** Whether arguments that are nearly right are corrected, for example `"5"` where a number is expected. Default true. */
  repair?: boolean;
}

export interface Input {
  /** The published schema. Its root is an object without combinators. Its references are local. It has no marks. */
  readonly schema: JsonObjectSchema;
  /** false if the procedure takes no input at all. Then `decode` returns undefined. */
  readonly takesInput: boolean;
  /**
   * Turns the `arguments` of a call, undefined if the client left them out, into the value for the parsers. Never changes
   * `args`, and returns the same reference if nothing had to be decoded. Throws a WireError for arguments that must not
   * reach a parser.
   */
  decode(args: unknown): unknown;
  /**
   * The reverse of `decode`: turns the input that a tRPC client passes into the `arguments` that an MCP client sends,
   * files included. Returns a promise only if a Blob must be read. Throws an EncodeError that names the path.
   */
  encode(value: unknown): unknown;
  /** Words a validation error or a WireError in terms of the arguments as they were sent; undefined for other errors. */
  explain(error: unknown, args: unknown): WireIssue[] | undefined;
}

const emptySchema: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false };

const noInput: Input = {
  schema: emptySchema,
  takesInput: false,
  decode(args) {
    const [key] = Object.keys(args ?? {});
    if (key !== undefined) throw new WireError('this tool takes no arguments; leave it out', [key]);
    return undefined;
  },
  encode: (value) => encodeArguments(value, encodeAny, []),
  explain: (error, args) =>
    explainError({ root: emptySchema, leaves: [] }, error, args, undefined, undefined),
};

/** Compiles the `.input()` parsers of one procedure. Throws a SchemaProblem when no call could ever succeed. */
export function compileInput(
  parsers: readonly unknown[],
  options: SchemaOptions & { override?: unknown } = {},
): Input {
  if (parsers.length === 0) return noInput;
  const conversion = new Conversion('input', options.converters, options.codecs);
  const documents =
    options.override === undefined
      ? parsers.map((parser) => convert(parser, conversion))
      : [convertOverride(options.override, parsers, conversion)];
  const voids = documents.filter(({ schema }) => getMark(schema)?.is === 'undefined');
  if (voids.length > 0) {
    // If one parser accepts only undefined, the others can never receive anything else.
    if (documents.every((document) => document.optional)) return noInput;
    throw new SchemaProblem(
      'INPUTS_CONTRADICT',
      'one stacked input takes only undefined, another one needs a value',
    );
  }
  const [{ asWritten, schema: first }] = documents as [Document];
  const root: Root =
    asWritten === undefined
      ? toObjectRoot(documents, 'input')
      : { schema: { ...first, type: 'object' }, wrap: undefined };
  assertPossible(root.schema);
  const isEager = documents.some((document) => document.isEager);
  const marked: Marked = { root: root.schema, leaves: conversion.leaves, isEager };
  const repair = options.repair ?? true;
  const mend = repair ? compileRepair(marked) : undefined;
  // Only tests encode inputs. So the encoder is compiled when it is first used, and never in a server.
  let encode: Encode | undefined;
  return {
    schema: asWritten ?? (publish(root.schema) as JsonObjectSchema),
    takesInput: true,
    decode: compileArguments(root, documents, chain([mend, compileDecode(marked)]), repair),
    encode(value) {
      encode ??= compileEncode(marked, false) ?? encodeAny;
      const whole = root.wrap === undefined ? value : { [root.wrap]: value };
      return encodeArguments(whole, encode, conversion.taughtClasses);
    },
    explain: (error, args) => explainError(marked, error, args, root.wrap, mend),
  };
}

function compileArguments(
  root: Root,
  documents: readonly Document[],
  convertArguments: Step | undefined,
  repair: boolean,
): (args: unknown) => unknown {
  const run = (args: unknown): unknown => (convertArguments === undefined ? args : convertArguments(args, 0));
  const { wrap } = root;
  if (wrap !== undefined) {
    return (args = {}) => {
      if (!isRecord(args)) throw new WireError(`expected an object with the key "${wrap}"`);
      return (run(args) as Record<string, unknown>)[wrap];
    };
  }
  if (!documents.every((document) => document.optional)) return (args = {}) => run(args);
  // The whole object is optional. Some clients always send an object, so an empty one counts as left out.
  const needsKeys = (root.schema.required ?? []).length > 0;
  return (args) => (args === undefined || (repair && needsKeys && isEmpty(args)) ? undefined : run(args));
}

function isEmpty(args: unknown): boolean {
  return typeof args === 'object' && args !== null && Object.keys(args).length === 0;
}

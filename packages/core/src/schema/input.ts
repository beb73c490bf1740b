import { encodeArguments } from './wire/arguments.ts';
import type { WireCodec } from './codec.ts';
import { Conversion, type Converters } from './vendor/conversion.ts';
import { convert, convertOverride } from './convert.ts';
import { compileDecode } from './wire/decode.ts';
import { encodeAny, type Encode } from './wire/encode-any.ts';
import { compileEncode } from './wire/encode.ts';
import type { JsonObjectSchema } from './json-schema.ts';
import { getMark } from './mark.ts';
import { explainError } from './explain/explain.ts';
import { SchemaProblem } from './problem.ts';
import { assertPossible, publish } from './publish.ts';
import { compileRepair } from './wire/repair.ts';
import { toObjectRoot, type Document, type Root } from './root.ts';
import { chain, type Marked, type Step } from './wire/traverse.ts';
import { isZod3 } from './vendor/zod3.ts';
import { isZod4 } from './vendor/zod4.ts';
import { WireError, type WireIssue } from './wire-error.ts';

export interface SchemaOptions {
  /** Converters of validators that carry none: `{ valibot: toJsonSchema }`. */
  converters?: Converters;
  /** Classes that the codec cannot know. */
  codecs?: readonly WireCodec[];
  /** Whether arguments that models write nearly right are mended. Default true. */
  repair?: boolean;
}

export interface Input {
  /** What is published: an object root without combinators, local references, no marks. */
  readonly schema: JsonObjectSchema;
  /** false when the procedure takes no input at all; then decode gives undefined. */
  readonly takesInput: boolean;
  /**
   * From the `arguments` of a call, undefined when the client left them out, to what the parsers get. Never changes
   * `args`; gives the same reference when nothing had to be done. Throws a WireError for what must not reach a parser.
   */
  decode(args: unknown): unknown;
  /**
   * The conventions backwards: from what a tRPC client passes to the `arguments` that a client of MCP sends for it,
   * files and all. A promise only where a Blob must be read. Throws an EncodeError that names the path.
   */
  encode(value: unknown): unknown;
  /** What a validation error, or a WireError, says about the arguments as they were sent; undefined for other errors. */
  explain(error: unknown, args: unknown): WireIssue[] | undefined;
}

const NOTHING: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false };

const NO_INPUT: Input = {
  schema: NOTHING,
  takesInput: false,
  decode(args) {
    const [key] = Object.keys(args ?? {});
    if (key !== undefined) throw new WireError('this tool takes no arguments; leave it out', [key]);
    return undefined;
  },
  encode: (value) => encodeArguments(value, encodeAny, []),
  explain: (error, args) => explainError({ root: NOTHING, leaves: [] }, error, args, undefined, undefined),
};

/** Compiles the `.input()` parsers of one procedure. Throws a SchemaProblem when no call could ever succeed. */
export function compileInput(
  parsers: readonly unknown[],
  options: SchemaOptions & { override?: unknown } = {},
): Input {
  if (parsers.length === 0) return NO_INPUT;
  const conversion = new Conversion('input', options.converters, options.codecs);
  const documents =
    options.override === undefined
      ? parsers.map((parser) => convert(parser, conversion))
      : [convertOverride(options.override, conversion)];
  const voids = documents.filter(({ schema }) => getMark(schema)?.is === 'undefined');
  if (voids.length > 0) {
    // One parser that takes nothing leaves nothing to the others.
    if (documents.every((document) => document.optional)) return NO_INPUT;
    throw new SchemaProblem(
      'INPUTS_CONTRADICT',
      'one stacked input takes only undefined, another one needs a value',
    );
  }
  const [{ asWritten, schema: first }] = documents as [Document];
  const root: Root = asWritten
    ? { schema: { ...first, type: 'object' }, wrap: undefined }
    : toObjectRoot(documents, 'input');
  assertPossible(root.schema);
  const isEager = parsers.some((parser) => isZod4(parser) || isZod3(parser));
  const marked: Marked = { root: root.schema, leaves: conversion.leaves, isEager };
  const repair = options.repair ?? true;
  const mend = repair ? compileRepair(marked) : undefined;
  // Only tests encode inputs: what no server needs, no server compiles.
  let encode: Encode | undefined;
  return {
    schema: asWritten ?? (publish(root.schema) as JsonObjectSchema),
    takesInput: true,
    decode: compileArguments(root, documents, chain([mend, compileDecode(marked)]), repair),
    encode(value) {
      encode ??= compileEncode(marked, false) ?? encodeAny;
      const whole = root.wrap === undefined ? value : { [root.wrap]: value };
      return encodeArguments(whole, encode, conversion.taughtLeaves);
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
      if (typeof args !== 'object' || args === null || Array.isArray(args)) {
        throw new WireError(`expected an object with the key "${wrap}"`);
      }
      return (run(args) as Record<string, unknown>)[wrap];
    };
  }
  if (!documents.every((document) => document.optional)) return (args = {}) => run(args);
  // The whole object may be left out. Clients that always send one mean that by an empty one.
  const needsKeys = (root.schema.required ?? []).length > 0;
  return (args) => (args === undefined || (repair && needsKeys && isEmpty(args)) ? undefined : run(args));
}

function isEmpty(args: unknown): boolean {
  return typeof args === 'object' && args !== null && Object.keys(args).length === 0;
}

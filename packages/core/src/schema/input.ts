import { withNewBudget, withRestOfBudget } from './budget.ts';
import { closeObjects } from './close.ts';
import { encodeArguments } from './wire/arguments.ts';
import type { WireCodec } from './codec.ts';
import { Conversion, type Converters } from './vendor/conversion.ts';
import { convert, convertOverride, type Document } from './convert.ts';
import { compileDecode } from './wire/decode.ts';
import { encodeAny } from './wire/encode-any.ts';
import { compileEffort, hasBranches, isRepeating } from './wire/effort.ts';
import { compileEncode } from './wire/encode.ts';
import type { Encode } from './wire/encoding.ts';
import type { JsonObjectSchema, JsonSchema } from './json-schema.ts';
import { getMark, isStripping } from './mark.ts';
import { toFileArguments } from './file-arguments.ts';
import { explainError, type Rename } from './explain/explain.ts';
import { once } from './once.ts';
import { SchemaProblem } from './problem.ts';
import { findSpecials, type Special } from './special.ts';
import { isStackOverflow } from './depth.ts';
import { assertPossible } from './publish/impossible.ts';
import { compileRepair } from './wire/repair.ts';
import { publishRoot, toObjectRoot, type Root } from './root.ts';
import type { Marked, Step } from './wire/traverse.ts';
import { compileUnknown } from './wire/unknown.ts';
import { isRecord } from '../record.ts';
import { WireError, type WireIssue } from './wire-error.ts';

/** How schemas and values are converted between the app's validators and JSON. */
export interface SchemaOptions {
  /** Converters for validators whose schemas have none of their own: `{ valibot: toJsonSchema }`. */
  converters?: Converters;
  /** The app's own classes, and how their instances are written in JSON. */
  codecs?: readonly WireCodec[];
  /** Whether arguments that are nearly right are corrected, for example `"5"` where a number is expected. Default true. */
  repair?: boolean;
  /**
   * What happens to arguments that the schema does not know and that the validator would drop: the call is refused, and
   * the error names them; or the procedure runs without them (`pass`). `refuse` by default, at every depth. What a schema
   * lets pass, such as a loose object, passes either way. `meta.mcp.unknownArguments` takes precedence.
   */
  unknownArguments?: 'refuse' | 'pass';
}

export interface Input {
  /**
   * The published schema. Its root is an object without combinators, unless the app wrote the JSON Schema itself. Its
   * references are local. It has no marks.
   */
  readonly schema: JsonObjectSchema;
  /** false if the procedure takes no input at all. Then `decode` returns undefined. */
  readonly takesInput: boolean;
  /** The names of the arguments that are files, or lists of files. */
  readonly fileArguments: readonly string[];
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
  /**
   * Words a validation error or a WireError in terms of the arguments as they were sent; undefined for other errors.
   * `rename` is given where clients call arguments of the root by other names.
   */
  explain(error: unknown, args: unknown, rename?: Rename): WireIssue[] | undefined;
  /** Whether the app wrote `schema` itself, as a JSON Schema. */
  readonly isWritten?: boolean;
  /** Whether `schema` is an override, and not that of the parsers. */
  readonly isOverride: boolean;
  /** Whether the parsers take `undefined` as the whole input. */
  readonly isOptional: boolean;
  /** The argument whose value is the whole input for the parsers; `undefined` if they take the arguments themselves. */
  readonly wrap: string | undefined;
  /** Finds the values that JSON has no type for, by their paths among the arguments. */
  specials(): Special[];
  /** The arguments that clients call by another name than the app does: the name of each in the app, and for clients. */
  readonly renamed?: ReadonlyMap<string, string>;
}

const emptySchema: JsonObjectSchema = { type: 'object', properties: {}, additionalProperties: false };

const noInput: Input = {
  schema: emptySchema,
  takesInput: false,
  fileArguments: [],
  isOverride: false,
  isOptional: true,
  wrap: undefined,
  specials: () => [],
  // What is sent all the same is ignored: some clients always send something.
  decode: () => undefined,
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
  const refuses = options.unknownArguments !== 'pass';
  const conversion = new Conversion('input', options.converters, options.codecs, refuses);
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
  const whole = toObjectRoot(documents, 'input');
  const root: Root = { ...whole, schema: closeObjects(whole.schema) };
  assertPossible(root.schema);
  const marked: Marked = {
    root: root.schema,
    leaves: conversion.leaves,
    stepsPerAttempt: Math.max(...documents.map((document) => document.stepsPerAttempt)),
    isRepeating: isRepeating(root.schema),
  };
  const repair = options.repair ?? true;
  // A process calls few of its tools, so what a call needs is compiled when a tool is first called.
  const mend = once(() => (repair ? compileRepair(marked) : undefined));
  // The parsers behind an override may drop what it forbids.
  const isOverride = options.override !== undefined;
  const isClosed = (node: JsonSchema): boolean =>
    isStripping(node) || (isOverride && node['additionalProperties'] === false);
  const steps = once(() =>
    compileSteps(marked, mend(), refuses ? compileUnknown(marked, isClosed) : undefined),
  );
  const encode = once((): Encode => compileEncode(marked, false) ?? encodeAny);
  return {
    schema: publishRoot(root.schema, documents, 'input'),
    takesInput: true,
    fileArguments: toFileArguments(marked),
    isWritten: documents.some((document) => document.asWritten !== undefined),
    isOverride,
    isOptional: documents.every((document) => document.optional),
    wrap: root.wrap,
    specials: () => findSpecials(marked, 'input'),
    decode: compileArguments(root, documents, (args) => steps()(args), repair),
    encode(value) {
      const wrapped = root.wrap === undefined ? value : { [root.wrap]: value };
      return encodeArguments(wrapped, encode(), conversion.taughtClasses);
    },
    explain: (error, args, rename) =>
      withRestOfBudget(args, () => {
        try {
          return explainError(marked, error, args, root.wrap, mend(), rename);
        } catch (spent) {
          if (spent instanceof WireError) return spent.issues;
          throw spent;
        }
      }),
  };
}

/** Combines all that is done to arguments: they are repaired, unknown ones are refused, and the rest is decoded. */
function compileSteps(
  marked: Marked,
  mend: Step | undefined,
  refuse: ((args: unknown) => void) | undefined,
): (args: unknown) => unknown {
  const decode = compileDecode(marked);
  const spendEffort = compileEffort(marked);
  const take = (args: unknown): unknown => {
    const mended = mend === undefined ? args : mend(args, 0);
    if (refuse !== undefined) refuse(mended);
    if (spendEffort !== undefined) spendEffort(mended);
    return decode === undefined ? mended : decode(mended, 0);
  };
  const run = (args: unknown): unknown => {
    try {
      return take(args);
    } catch (error) {
      // Schemas that refer to each other take many frames of the stack for one level of the arguments.
      throw isStackOverflow(error) ? new WireError('nested too deeply') : error;
    }
  };
  // Only unions and intersections, and what is inside a class of the app, take more steps than there are values.
  return hasBranches(marked.root) ? (args) => withNewBudget(args, () => run(args)) : run;
}

function compileArguments(
  root: Root,
  documents: readonly Document[],
  run: (args: unknown) => unknown,
  repair: boolean,
): (args: unknown) => unknown {
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
  const isLeftOut = (args: unknown): boolean => args === undefined || (repair && needsKeys && isEmpty(args));
  return (args) => {
    if (isLeftOut(args)) return undefined;
    const value = run(args);
    return isLeftOut(value) ? undefined : value;
  };
}

function isEmpty(args: unknown): boolean {
  return isRecord(args) && !(args instanceof FormData) && Object.keys(args).length === 0;
}

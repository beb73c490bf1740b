import { Attachments, restoreAttachments } from './wire/attachment.ts';
import { isMcpContent, type ContentBlock } from './content.ts';
import { closeObjects } from './close.ts';
import { fits } from './fit.ts';
import { Conversion } from './vendor/conversion.ts';
import { convert, convertOverride, isConvertible, type Document } from './convert.ts';
import { compileDecode } from './wire/decode.ts';
import { encodeAny, encodeWhole } from './wire/encode-any.ts';
import { compileEncode } from './wire/encode.ts';
import { hasCombinations } from './wire/effort.ts';
import type { Encode } from './wire/encoding.ts';
import type { SchemaOptions } from './input.ts';
import { eachChild, type JsonObjectSchema, type JsonSchema } from './json-schema.ts';
import { getMark } from './mark.ts';
import type { Leaf } from './wire/leaf.ts';
import type { TaughtClass } from './codec.ts';
import { assertPossible } from './publish/impossible.ts';
import { once } from './once.ts';
import { publish } from './publish/publish.ts';
import { findSpecials, type Special } from './special.ts';
import { publishRoot, toObjectRoot, toWrapper } from './root.ts';
import type { Marked } from './wire/traverse.ts';

export interface Encoded {
  /** The result as JSON, which `JSON.stringify` writes without loss; undefined if there is no value. */
  readonly json: unknown;
  /** The files of the result, in the order of their `attachment:<n>`, or the blocks of `mcpContent`. */
  readonly content: readonly ContentBlock[];
}

export interface Output {
  /** For clients of 2026, with any root. undefined if nothing is known. */
  readonly schema: JsonSchema | undefined;
  /** For clients of 2025, always with an object root: `{ result }` if the output itself is not an object. */
  readonly legacySchema: JsonObjectSchema | undefined;
  /** Whether clients of 2025 receive the value as `{ result }`. */
  readonly wrapped: boolean;
  /** Whether the value may be `undefined` although there is a schema. It is sent as `null`, to clients of 2025 as `{}`. */
  readonly mayBeAbsent: boolean;
  /** Whether the schema has a place for files or bytes, which become content blocks. */
  readonly mayHoldFiles: boolean;
  /** Whether there is a schema to decode by. Without one, `decode` returns the JSON unchanged. */
  readonly hasSchema: boolean;
  /** Whether the schema was read from a TypeScript type, so that no value was checked by it. */
  readonly isInferred?: true;
  /** The schema with the keys that are known and no others, where objects are listed open. */
  readonly known?: JsonSchema | undefined;
  /** Finds the values that JSON has no type for. */
  specials(): Special[];
  /** Encodes a result and its files. Returns a promise only if a Blob must be read. Throws an EncodeError that names the path. */
  encode(value: unknown): Encoded | Promise<Encoded>;
  /** The reverse of `encode`. `content` holds the attachments. */
  decode(json: unknown, content?: readonly ContentBlock[]): unknown;
}

/** Compiles the `.output()` parser of one procedure. Pass undefined if it has none. */
export function compileOutput(parser: unknown, options: SchemaOptions & { override?: unknown } = {}): Output {
  const conversion = new Conversion('output', options.converters, options.codecs, true);
  const classes = conversion.taughtClasses;
  const document = toDocument(parser, options.override, conversion);
  if (document === undefined) return { ...unknownOutput, encode: createEncode(encodeAny, classes) };
  const { isEnforced, isFinite, optional } = document;
  const schema = closeObjects(document.schema);
  const marked: Marked = { root: schema, leaves: conversion.leaves, isFinite };
  // A process calls few of its tools, so what a call needs is compiled when a tool is first called.
  const encode = once(() => createEncode(compileEncode(marked, isEnforced), classes));
  const decode = once(() => compileDecode(marked));
  // Says at mount which of them contradict each other.
  if (hasCombinations(schema)) encode();
  return {
    ...publishOutput({ ...document, schema }),
    mayHoldFiles: mayHoldFiles(schema, conversion.leaves),
    hasSchema: true,
    specials: () => findSpecials(marked, 'output'),
    encode: (value) => encode()(value),
    decode(json, content = noContent) {
      const whole = restoreAttachments(json, content);
      if (json === undefined || (json === null && optional && !fits(schema, null, schema))) return undefined;
      const step = decode();
      return step === undefined ? whole : step(whole, 0);
    },
  };
}

/** Makes the schemas for both eras. Clients expect structured content where there is one, so `undefined` has a form too. */
export function publishOutput(
  document: Document,
): Pick<Output, 'schema' | 'legacySchema' | 'wrapped' | 'mayBeAbsent'> {
  const { schema, optional, asWritten } = document;
  const root = toObjectRoot([document], 'result');
  const isWrapped = root.wrap !== undefined;
  if (!isPossible(schema) || (optional && saysNothing(schema))) {
    return { schema: undefined, legacySchema: undefined, wrapped: isWrapped, mayBeAbsent: false };
  }
  if (optional) {
    const legacySchema = publish(toWrapper([document], 'result'), 'result') as JsonObjectSchema;
    return { schema: publish(orNull(schema), 'result'), legacySchema, wrapped: true, mayBeAbsent: true };
  }
  const legacySchema = publishRoot(root.schema, [document], 'result');
  return {
    schema: asWritten ?? (isWrapped ? publish(schema, 'result') : legacySchema),
    legacySchema,
    wrapped: isWrapped,
    mayBeAbsent: false,
  };
}

/** Adds `null` to a schema, which stands for `undefined`. */
function orNull(document: JsonSchema): JsonSchema {
  const { $defs, ...schema } = document;
  if ([schema.type].flat().includes('null')) return document;
  const nothing = { type: 'null' };
  const defs = $defs !== undefined && { $defs };
  const { anyOf, ...beside } = schema;
  if (!Array.isArray(anyOf)) return { anyOf: [schema, nothing], ...defs };
  const branches = anyOf as JsonSchema[];
  if (branches.some((branch) => branch.type === 'null')) return document;
  const isPlain = Object.keys(beside).every((key) => ['title', 'description', 'default'].includes(key));
  return isPlain
    ? { ...beside, anyOf: [...branches, nothing], ...defs }
    : { anyOf: [schema, nothing], ...defs };
}

function saysNothing(schema: JsonSchema): boolean {
  return Object.keys(publish(schema, 'result')).every((keyword) =>
    ['title', 'description', 'default'].includes(keyword),
  );
}

const unknownOutput: Omit<Output, 'encode'> = {
  schema: undefined,
  legacySchema: undefined,
  wrapped: true,
  mayBeAbsent: false,
  mayHoldFiles: false,
  hasSchema: false,
  specials: () => [],
  decode: (json) => json,
};

function toDocument(parser: unknown, override: unknown, conversion: Conversion): Document | undefined {
  if (override !== undefined) return convertOverride(override, [parser], conversion);
  // Results can be sent without a schema too. So an output that has no JSON Schema is not an error.
  return parser === undefined || !isConvertible(parser, conversion) ? undefined : convert(parser, conversion);
}

function mayHoldFiles(schema: JsonSchema, leaves: readonly Leaf[]): boolean {
  const mark = getMark(schema);
  if (mark?.is === 'leaf') return leaves[mark.leaf]!.mayAttach === true;
  let found = false;
  eachChild(schema, (child) => {
    found ||= mayHoldFiles(child, leaves);
  });
  return found;
}

function isPossible(schema: JsonSchema): boolean {
  try {
    assertPossible(schema);
    return true;
  } catch {
    return false;
  }
}

const noContent: readonly ContentBlock[] = Object.freeze([]);

function createEncode(compiled: Encode | undefined, classes: readonly TaughtClass[]): Output['encode'] {
  return (value) => {
    if (isMcpContent(value)) return { json: undefined, content: value.blocks };
    if (value === undefined) return { json: undefined, content: noContent };
    if (compiled === undefined) return { json: value, content: noContent };
    const files = new Attachments();
    const json = encodeWhole(value, compiled, { files, classes });
    if (files.count === 0) return { json, content: noContent };
    const content = files.toBlocks();
    if (content instanceof Promise) return content.then((blocks) => ({ json, content: blocks }));
    return { json, content };
  };
}

import { Attachments, restoreAttachments } from './wire/attachment.ts';
import { isMcpContent, type ContentBlock } from './content.ts';
import { Conversion } from './vendor/conversion.ts';
import { convert, convertOverride } from './convert.ts';
import { compileDecode } from './wire/decode.ts';
import { encodeAny, type Encode, encodeWhole } from './wire/encode-any.ts';
import { compileEncode } from './wire/encode.ts';
import type { SchemaOptions } from './input.ts';
import type { JsonObjectSchema, JsonSchema } from './json-schema.ts';
import type { Leaf } from './wire/leaf.ts';
import { SchemaProblem } from './problem.ts';
import { assertPossible, loosenTuples, publish } from './publish.ts';
import { toObjectRoot, type Document } from './root.ts';
import type { Marked } from './wire/traverse.ts';
import { isZod4 } from './vendor/zod4.ts';

export interface Encoded {
  /** What JSON.stringify takes without loss; undefined when there is no value to tell. */
  readonly json: unknown;
  /** The files found in it, in the order of their `attachment:<n>`; or the blocks of `mcpContent`. */
  readonly content: readonly ContentBlock[];
}

export interface Output {
  /** For clients of 2026: any root. undefined when nothing is known, or when the output may be undefined. */
  readonly schema: JsonSchema | undefined;
  /** For clients of 2025: an object root, `{ result }` where the root is none. */
  readonly legacySchema: JsonObjectSchema | undefined;
  /** Whether clients of 2025 get the value as `{ result }`. */
  readonly wrapped: boolean;
  /** Whether anything but the value itself says what it is. Without it, decoding leaves JSON as it is. */
  readonly hasSchema: boolean;
  /** The value as JSON, and its files. A promise only where a Blob must be read. Throws an EncodeError that names the path. */
  encode(value: unknown): Encoded | Promise<Encoded>;
  /** The conventions backwards. `content` is where attachments are found. */
  decode(json: unknown, content?: readonly ContentBlock[]): unknown;
}

/** Compiles the `.output()` of one procedure, `undefined` where it has none. */
export function compileOutput(parser: unknown, options: SchemaOptions & { override?: unknown } = {}): Output {
  const conversion = new Conversion('output', options.converters, options.codecs);
  const classes = conversion.taughtLeaves;
  const document = toDocument(parser, options.override, conversion);
  if (document === undefined) return { ...UNKNOWN, encode: createEncode(encodeAny, classes) };
  const root = toObjectRoot([document], 'result');
  const isTrusted = options.override === undefined;
  const isFinite = isTrusted && isZod4(parser);
  const marked: Marked = { root: document.schema, leaves: conversion.leaves, isFinite };
  const isTold = !document.optional && isPossible(document.schema);
  const rootSchema = isTold ? (publish(root.schema) as JsonObjectSchema) : undefined;
  const decode = compileDecode(marked);
  return {
    schema: root.wrap === undefined || !isTold ? rootSchema : publish(document.schema),
    legacySchema: rootSchema && loosenTuples(rootSchema),
    wrapped: root.wrap !== undefined,
    hasSchema: true,
    encode: createEncode(compileEncode(marked, isTrusted), classes),
    decode: (json, content = NO_CONTENT) => {
      const whole = restoreAttachments(json, content);
      return decode === undefined || json === undefined ? whole : decode(whole, 0);
    },
  };
}

const UNKNOWN: Omit<Output, 'encode'> = {
  schema: undefined,
  legacySchema: undefined,
  wrapped: true,
  hasSchema: false,
  decode: (json) => json,
};

function toDocument(parser: unknown, override: unknown, conversion: Conversion): Document | undefined {
  if (override !== undefined) return convertOverride(override, conversion);
  if (parser === undefined) return undefined;
  try {
    return convert(parser, conversion);
  } catch (error) {
    // The values arrive without a schema too; only what can be fixed by an option is worth an error.
    if (
      error instanceof SchemaProblem &&
      error.code === 'CONVERTER_MISSING' &&
      !error.message.includes('converters')
    )
      return undefined;
    throw error;
  }
}

function isPossible(schema: JsonSchema): boolean {
  try {
    assertPossible(schema);
    return true;
  } catch {
    return false;
  }
}

const NO_CONTENT: readonly ContentBlock[] = Object.freeze([]);

function createEncode(compiled: Encode | undefined, classes: readonly Leaf[]): Output['encode'] {
  return (value) => {
    if (isMcpContent(value)) return { json: undefined, content: value.blocks };
    if (value === undefined) return { json: undefined, content: NO_CONTENT };
    if (compiled === undefined) return { json: value, content: NO_CONTENT };
    const files = new Attachments();
    const json = encodeWhole(value, compiled, { files, classes });
    if (files.count === 0) return { json, content: NO_CONTENT };
    const content = files.toBlocks();
    return content instanceof Promise
      ? content.then((blocks) => ({ json, content: blocks }))
      : { json, content };
  };
}

import { Attachments, restoreAttachments } from './wire/attachment.ts';
import { isMcpContent, type ContentBlock } from './content.ts';
import { Conversion } from './vendor/conversion.ts';
import { convert, convertOverride, isConvertible, type Document } from './convert.ts';
import { compileDecode } from './wire/decode.ts';
import { encodeAny, encodeWhole } from './wire/encode-any.ts';
import { compileEncode } from './wire/encode.ts';
import type { Encode } from './wire/encoding.ts';
import type { SchemaOptions } from './input.ts';
import type { JsonObjectSchema, JsonSchema } from './json-schema.ts';
import type { TaughtClass } from './codec.ts';
import { assertPossible, loosenTuples, publish } from './publish.ts';
import { toObjectRoot } from './root.ts';
import type { Marked } from './wire/traverse.ts';

export interface Encoded {
  /** The result as JSON, which `JSON.stringify` writes without loss; undefined if there is no value. */
  readonly json: unknown;
  /** The files of the result, in the order of their `attachment:<n>`, or the blocks of `mcpContent`. */
  readonly content: readonly ContentBlock[];
}

export interface Output {
  /** For clients of 2026, with any root. undefined if nothing is known, or if the output may be undefined. */
  readonly schema: JsonSchema | undefined;
  /** For clients of 2025, always with an object root: `{ result }` if the output itself is not an object. */
  readonly legacySchema: JsonObjectSchema | undefined;
  /** Whether clients of 2025 receive the value as `{ result }`. */
  readonly wrapped: boolean;
  /** Whether there is a schema to decode by. Without one, `decode` returns the JSON unchanged. */
  readonly hasSchema: boolean;
  /** Encodes a result and its files. Returns a promise only if a Blob must be read. Throws an EncodeError that names the path. */
  encode(value: unknown): Encoded | Promise<Encoded>;
  /** The reverse of `encode`. `content` holds the attachments. */
  decode(json: unknown, content?: readonly ContentBlock[]): unknown;
}

/** Compiles the `.output()` parser of one procedure. Pass undefined if it has none. */
export function compileOutput(parser: unknown, options: SchemaOptions & { override?: unknown } = {}): Output {
  const conversion = new Conversion('output', options.converters, options.codecs);
  const classes = conversion.taughtClasses;
  const document = toDocument(parser, options.override, conversion);
  if (document === undefined) return { ...unknownOutput, encode: createEncode(encodeAny, classes) };
  const root = toObjectRoot([document], 'result');
  const { isEnforced, isFinite } = document;
  const marked: Marked = { root: document.schema, leaves: conversion.leaves, isFinite };
  const isPublished = !document.optional && isPossible(document.schema);
  const rootSchema = isPublished ? (publish(root.schema) as JsonObjectSchema) : undefined;
  const decode = compileDecode(marked);
  return {
    schema: root.wrap === undefined || !isPublished ? rootSchema : publish(document.schema),
    legacySchema: rootSchema && loosenTuples(rootSchema),
    wrapped: root.wrap !== undefined,
    hasSchema: true,
    encode: createEncode(compileEncode(marked, isEnforced), classes),
    decode(json, content = noContent) {
      const whole = restoreAttachments(json, content);
      return decode === undefined || json === undefined ? whole : decode(whole, 0);
    },
  };
}

const unknownOutput: Omit<Output, 'encode'> = {
  schema: undefined,
  legacySchema: undefined,
  wrapped: true,
  hasSchema: false,
  decode: (json) => json,
};

function toDocument(parser: unknown, override: unknown, conversion: Conversion): Document | undefined {
  if (override !== undefined) return convertOverride(override, [parser], conversion);
  // Results can be sent without a schema too. So an output that has no JSON Schema is not an error.
  return parser === undefined || !isConvertible(parser, conversion) ? undefined : convert(parser, conversion);
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

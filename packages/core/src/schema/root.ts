import type { JsonObjectSchema, JsonSchema } from './json-schema.ts';
import { deref } from './json-schema.ts';
import { getMark } from './mark.ts';
import { mergeObjects } from './merge.ts';
import { adoptDocument } from './refs.ts';

/** One parser, converted: its marked schema, and whether it accepts `undefined` as a whole. */
export interface Document {
  schema: JsonSchema;
  optional: boolean;
  /** What is published of an input in place of `schema`, untouched. */
  asWritten?: JsonObjectSchema;
}

export interface Root {
  schema: JsonObjectSchema;
  /** The key under which a value travels that is no plain object. */
  wrap: string | undefined;
}

/**
 * One object root for all the documents: a plain object as it is, several merged, anything else under `key`. Clients
 * drop tools whose root is a union, a list or a reference.
 */
export function toObjectRoot(documents: readonly Document[], key: string): Root {
  const [first] = documents;
  if (documents.length === 1 && first !== undefined) {
    const plain = toPlainObject(first.schema);
    if (plain !== undefined) return { schema: plain, wrap: undefined };
  }
  const defs: Record<string, JsonSchema> = {};
  const parts = documents.map((document, index) =>
    adoptDocument(document.schema, documents.length === 1 ? key : `${key}${index + 1}`, defs),
  );
  const withDefs = (schema: JsonSchema): JsonObjectSchema => ({
    ...schema,
    type: 'object',
    ...(Object.keys(defs).length > 0 ? { $defs: defs } : {}),
  });
  if (parts.length > 1) {
    const merged = mergeObjects({ $defs: defs }, parts, 'stacked');
    if (merged !== undefined) return { schema: withDefs(merged), wrap: undefined };
  }
  const inner = parts.length === 1 ? parts[0]! : { allOf: parts };
  const wrapper: JsonSchema = { type: 'object', properties: { [key]: inner } };
  if (!documents.every((document) => document.optional)) wrapper.required = [key];
  return { schema: withDefs(wrapper), wrap: key };
}

const COMBINATORS = ['anyOf', 'oneOf', 'not', 'if', 'enum', 'const', '$ref'];

/** The document itself where its root is a plain object, also behind a reference or as an intersection of such. */
export function toPlainObject(document: JsonSchema): JsonObjectSchema | undefined {
  const { $defs, $schema: _, ...node } = deref(document, document);
  const defs = document.$defs ?? $defs;
  const mark = getMark(node)?.is;
  if (
    node.type === 'object' &&
    (mark === undefined || mark === 'form') &&
    ![...COMBINATORS, 'allOf'].some((each) => each in node)
  ) {
    return { ...node, type: 'object', ...(defs === undefined ? {} : { $defs: defs }) };
  }
  if (!('allOf' in node) || COMBINATORS.some((each) => each in node)) return undefined;
  const merged = mergeObjects(document, [node], 'intersection');
  return merged === undefined
    ? undefined
    : { ...merged, type: 'object', ...(defs === undefined ? {} : { $defs: defs }) };
}

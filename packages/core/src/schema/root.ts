import type { Document } from './convert.ts';
import { deref, type JsonObjectSchema, type JsonSchema } from './json-schema.ts';
import { getMark, setStrips, withoutMarks } from './mark.ts';
import { mergeObjects } from './merge.ts';
import { publish } from './publish/publish.ts';
import { adoptDocument } from './refs.ts';

export interface Root {
  schema: JsonObjectSchema;
  /** The key under which a value is sent that is not a plain object. */
  wrap: string | undefined;
}

/**
 * Makes one object root of all documents. A plain object stays as it is, several are merged, and anything else is put
 * under `key`. This is needed because clients drop tools whose root is a union, an array or a reference.
 */
export function toObjectRoot(documents: readonly Document[], key: string): Root {
  const [first] = documents;
  // What the app wrote stays as it is, conditions at the root included.
  if (first?.asWritten?.type === 'object')
    return { schema: { ...first.schema, type: 'object' }, wrap: undefined };
  if (documents.length === 1 && first !== undefined) {
    const plain = toPlainObject(first.schema);
    if (plain !== undefined) return { schema: plain, wrap: undefined };
  }
  if (documents.length > 1) {
    const defs: Record<string, JsonSchema> = {};
    const merged = mergeObjects({ $defs: defs }, adoptAll(documents, key, defs), 'stacked');
    if (merged !== undefined) return { schema: withDefs(merged, defs), wrap: undefined };
  }
  return { schema: toWrapper(documents, key), wrap: key };
}

/** The schema of a root that is published: the app's own JSON Schema, or what `publish` makes of any other. */
export function publishRoot(
  root: JsonSchema,
  documents: readonly Document[],
  of: 'input' | 'result',
): JsonObjectSchema {
  const [{ asWritten }] = documents as [Document];
  if (asWritten?.type === 'object') return asWritten as JsonObjectSchema;
  return (asWritten === undefined ? publish(root, of) : withoutMarks(root)) as JsonObjectSchema;
}

/** Makes an object with one key, whose value has to follow all of the documents. */
export function toWrapper(documents: readonly Document[], key: string): JsonObjectSchema {
  const defs: Record<string, JsonSchema> = {};
  const parts = adoptAll(documents, key, defs);
  const inner = parts.length === 1 ? parts[0]! : { allOf: parts };
  const wrapper: JsonSchema = { type: 'object', properties: { [key]: inner } };
  if (!documents.every((document) => document.optional)) wrapper.required = [key];
  // Only the value at this key reaches the parsers.
  setStrips(wrapper);
  return withDefs(wrapper, defs);
}

function adoptAll(
  documents: readonly Document[],
  key: string,
  defs: Record<string, JsonSchema>,
): JsonSchema[] {
  return documents.map((document, index) =>
    adoptDocument(document.schema, documents.length === 1 ? key : `${key}${index + 1}`, defs),
  );
}

function withDefs(schema: JsonSchema, defs: Record<string, JsonSchema>): JsonObjectSchema {
  return { ...schema, type: 'object', ...(Object.keys(defs).length > 0 && { $defs: defs }) };
}

const combinators = ['anyOf', 'oneOf', 'not', 'if', 'enum', 'const', '$ref'];

/** The document itself if its root is a plain object, a reference to one, or an intersection of plain objects. */
function toPlainObject(document: JsonSchema): JsonObjectSchema | undefined {
  const { $defs, $schema: _, ...node } = deref(document, document);
  const defs = document.$defs ?? $defs;
  const mark = getMark(node)?.is;
  if (
    node.type === 'object' &&
    (mark === undefined || mark === 'form') &&
    ![...combinators, 'allOf'].some((each) => each in node)
  ) {
    return { ...node, type: 'object', ...(defs !== undefined && { $defs: defs }) };
  }
  if (!('allOf' in node) || combinators.some((each) => each in node)) return undefined;
  const merged = mergeObjects(document, [node], 'intersection');
  if (merged === undefined) return undefined;
  return { ...merged, type: 'object', ...(defs !== undefined && { $defs: defs }) };
}

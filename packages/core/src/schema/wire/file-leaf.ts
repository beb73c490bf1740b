import type { Bytes } from '../../bytes.ts';
import { base64Pattern, fromBase64, isBase64, splitDataUri, toCanonicalBase64 } from './base64.ts';
import type { JsonSchema } from '../json-schema.ts';
import { escapeRegExp } from '../pattern.ts';
import type { Leaf } from './leaf.ts';
import { isRecord } from '../../record.ts';

/** A file in JSON. `data` is base64. */
export interface WireFile {
  name?: string;
  mimeType?: string;
  data: string;
}

/** The same, as it may be sent: ChatGPT and Codex write the names of the keys in another way. */
interface SentFile extends WireFile {
  file_name?: string;
  mime_type?: string;
}

export interface FileRules {
  mimeTypes?: readonly string[];
  minBytes?: number;
  maxBytes?: number;
}

/** A File, a Blob, or anything else that `make` makes from the file that a client sent. */
export function fileLeaf(make: (file: WireFile, bytes: Bytes) => unknown, rules: FileRules = {}): Leaf {
  return {
    schema: attachmentSchema,
    input: fileSchema(rules),
    isFile: true,
    dropsKeys: true,
    mayAttach: true,
    expected: 'a file as { "name"?, "mimeType"?, "data": base64 } or as a data: URI in base64',
    fits: (wire) => toWireFile(wire) !== undefined,
    decode(wire) {
      const file = toWireFile(wire)!;
      return make(file, fromBase64(file.data));
    },
    mend: mendFile,
    refuse: (wire) => (placeOf(wire) === undefined ? undefined : notFetched),
    is: (value) => value instanceof Blob,
    encode: (value, { files }) => {
      const blob = value as Blob;
      return files === undefined ? { mimeType: mimeTypeOf(blob), size: blob.size } : files.addBlob(blob);
    },
  };
}

export function toFile(file: WireFile, bytes: Bytes): File {
  return new File([bytes], file.name ?? '', { type: file.mimeType ?? '' });
}

export function toBlob(file: WireFile, bytes: Bytes): Blob {
  return file.name === undefined ? new Blob([bytes], { type: file.mimeType ?? '' }) : toFile(file, bytes);
}

/** How JSON describes a file that a procedure returned. The bytes are in a content block of the same result. */
const attachmentSchema: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    mimeType: { type: 'string' },
    size: { type: 'integer' },
    uri: { type: 'string', description: 'attachment:<n> is the n-th file among the content blocks' },
  },
  required: ['mimeType', 'size', 'uri'],
};

export function mimeTypeOf({ type }: Blob): string {
  return type === '' ? 'application/octet-stream' : type;
}

function toWireFile(wire: unknown): WireFile | undefined {
  if (typeof wire !== 'string') return isSentFile(wire) ? toKnownKeys(wire) : undefined;
  const uri = splitDataUri(wire);
  return uri !== undefined && isBase64(uri.data) ? uri : undefined;
}

function isSentFile(wire: unknown): wire is SentFile {
  if (!isRecord(wire)) return false;
  const { name, mimeType, file_name, mime_type, data } = wire;
  return (
    typeof data === 'string' &&
    [name, mimeType, file_name, mime_type].every((text) => text === undefined || typeof text === 'string') &&
    isBase64(data)
  );
}

function toKnownKeys({
  file_name,
  mime_type,
  name = file_name,
  mimeType = mime_type,
  data,
}: SentFile): WireFile {
  return { ...(name !== undefined && { name }), ...(mimeType !== undefined && { mimeType }), data };
}

/** Where a file is, if that is all that was sent: ChatGPT and Codex upload it to a server of theirs, and send its URL. */
function placeOf(wire: unknown): string | undefined {
  if (typeof wire === 'string') return /^(?!data:)[a-z][a-z\d+.-]*:\/\//i.test(wire) ? wire : undefined;
  if (!isRecord(wire) || wire['data'] !== undefined) return undefined;
  const place = wire['download_url'] ?? wire['uri'] ?? wire['url'];
  return typeof place === 'string' ? place : undefined;
}

// Whoever chooses the URL would choose what this server asks for inside its own network.
const notFetched =
  'this server does not download files; send the file itself, as { "name"?, "mimeType"?, "data": base64 }, and not where it is';

function fileSchema(rules: FileRules): JsonSchema {
  const data: JsonSchema = { type: 'string', contentEncoding: 'base64', pattern: base64Pattern };
  if (rules.minBytes !== undefined) data['minLength'] = Math.ceil(rules.minBytes / 3) * 4;
  if (rules.maxBytes !== undefined) data['maxLength'] = Math.ceil(rules.maxBytes / 3) * 4;
  const text: JsonSchema = { type: 'string' };
  const mimeType: JsonSchema = rules.mimeTypes === undefined ? text : { ...text, enum: rules.mimeTypes };
  const mimeTypePattern =
    rules.mimeTypes === undefined ? '[^,]*' : `(?:${rules.mimeTypes.map(escapeRegExp).join('|')})(?:;[^,]*)?`;
  return {
    type: ['object', 'string'],
    properties: { name: text, mimeType, data, file_name: text, mime_type: mimeType },
    required: rules.mimeTypes === undefined ? ['data'] : ['mimeType', 'data'],
    pattern: `^data:${mimeTypePattern};base64,${base64Pattern.slice(1)}`,
  };
}

// Accepts every variant of base64, and a data: URI in place of the file or of its data.
function mendFile(wire: unknown): unknown {
  if (typeof wire === 'string') {
    const uri = splitDataUri(wire);
    return uri === undefined ? wire : { mimeType: uri.mimeType, data: toCanonicalBase64(uri.data) };
  }
  if (!isRecord(wire) || isSentFile(wire)) return wire;
  // The rest of such an object is not known to the schema, and would be complained about in place of what matters.
  if (typeof wire['data'] !== 'string') return placeOf(wire) ?? wire;
  const mimeType = splitDataUri(wire['data'])?.mimeType;
  return { ...(mimeType !== undefined && { mimeType }), ...wire, data: toCanonicalBase64(wire['data']) };
}

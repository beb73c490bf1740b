import { base64Pattern, fromBase64, isBase64, splitDataUri, toCanonicalBase64 } from './base64.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Leaf } from './leaf.ts';
import { isRecord } from '../../record.ts';

/** A file in JSON. `data` is base64. */
export interface WireFile {
  name?: string;
  mimeType?: string;
  data: string;
}

export interface FileRules {
  mimeTypes?: readonly string[];
  minBytes?: number;
  maxBytes?: number;
}

/** A File, a Blob, or anything else that `make` makes from the file that a client sent. */
export function fileLeaf(
  make: (file: WireFile, bytes: Uint8Array<ArrayBuffer>) => unknown,
  rules: FileRules = {},
): Leaf {
  return {
    schema: attachmentSchema,
    input: fileSchema(rules),
    dropsKeys: true,
    expected: 'a file as { "name"?, "mimeType"?, "data": base64 } or as a data: URI in base64',
    fits: (wire) => toWireFile(wire) !== undefined,
    decode(wire) {
      const file = toWireFile(wire)!;
      return make(file, fromBase64(file.data));
    },
    mend: mendFile,
    is: (value) => value instanceof Blob,
    encode: (value, { files }) => {
      const blob = value as Blob;
      return files === undefined ? { mimeType: mimeTypeOf(blob), size: blob.size } : files.addBlob(blob);
    },
  };
}

export function toFile(file: WireFile, bytes: Uint8Array<ArrayBuffer>): File {
  return new File([bytes], file.name ?? '', { type: file.mimeType ?? '' });
}

export function toBlob(file: WireFile, bytes: Uint8Array<ArrayBuffer>): Blob {
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
  if (typeof wire !== 'string') return isWireFile(wire) ? wire : undefined;
  const uri = splitDataUri(wire);
  return uri !== undefined && isBase64(uri.data) ? uri : undefined;
}

function isWireFile(wire: unknown): wire is WireFile {
  if (!isRecord(wire)) return false;
  const { name, mimeType, data } = wire;
  return (
    typeof data === 'string' &&
    (name === undefined || typeof name === 'string') &&
    (mimeType === undefined || typeof mimeType === 'string') &&
    isBase64(data)
  );
}

function fileSchema(rules: FileRules): JsonSchema {
  const data: JsonSchema = { type: 'string', contentEncoding: 'base64', pattern: base64Pattern };
  if (rules.minBytes !== undefined) data['minLength'] = Math.ceil(rules.minBytes / 3) * 4;
  if (rules.maxBytes !== undefined) data['maxLength'] = Math.ceil(rules.maxBytes / 3) * 4;
  const mimeType: JsonSchema = { type: 'string' };
  if (rules.mimeTypes !== undefined) mimeType['enum'] = rules.mimeTypes;
  const mimeTypePattern =
    rules.mimeTypes === undefined ? '[^,]*' : `(?:${rules.mimeTypes.map(escapeRegExp).join('|')})(?:;[^,]*)?`;
  return {
    type: ['object', 'string'],
    properties: { name: { type: 'string' }, mimeType, data },
    required: rules.mimeTypes === undefined ? ['data'] : ['mimeType', 'data'],
    pattern: `^data:${mimeTypePattern};base64,${base64Pattern.slice(1)}`,
  };
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

// Accepts every variant of base64, and a data: URI in place of the file or of its data.
function mendFile(wire: unknown): unknown {
  if (typeof wire === 'string') {
    const uri = splitDataUri(wire);
    return uri === undefined ? wire : { mimeType: uri.mimeType, data: toCanonicalBase64(uri.data) };
  }
  if (!isRecord(wire) || isWireFile(wire) || typeof wire['data'] !== 'string') return wire;
  const mimeType = splitDataUri(wire['data'])?.mimeType;
  return { ...(mimeType !== undefined && { mimeType }), ...wire, data: toCanonicalBase64(wire['data']) };
}

import { base64Pattern, fromBase64, isBase64, splitDataUri, toCanonicalBase64 } from './base64.ts';
import type { JsonSchema } from '../json-schema.ts';
import type { Leaf } from './leaf.ts';

/** A file on the wire: `{ name?, mimeType?, data }`, data in base64. */
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

/** A File, a Blob, or whatever `make` makes of one that came over the wire. */
export function fileLeaf(
  name: string,
  make: (file: WireFile, bytes: Uint8Array<ArrayBuffer>) => unknown,
  rules: FileRules = {},
): Leaf {
  return {
    name,
    schema: attachmentSchema,
    input: fileSchema(rules),
    expected: 'a file as { "name"?, "mimeType"?, "data": base64 } or as a data: URI in base64',
    fits: (wire) => toWireFile(wire) !== undefined,
    decode: (wire) => {
      const file = toWireFile(wire)!;
      return make(file, fromBase64(file.data));
    },
    mend: mendFile,
    is: (value) => value instanceof Blob,
    encode: (value) => value, // the encoder takes files out itself: reading them is asynchronous
  };
}

export function toFile(file: WireFile, bytes: Uint8Array<ArrayBuffer>): File {
  return new File([bytes], file.name ?? '', { type: file.mimeType ?? '' });
}

export function toBlob(file: WireFile, bytes: Uint8Array<ArrayBuffer>): Blob {
  return file.name === undefined ? new Blob([bytes], { type: file.mimeType ?? '' }) : toFile(file, bytes);
}

/** How a file that a procedure returned is told in JSON; its bytes travel beside it, as a content block. */
export const attachmentSchema: JsonSchema = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    mimeType: { type: 'string' },
    size: { type: 'integer' },
    uri: { type: 'string', description: 'attachment:<n> is the n-th file among the content blocks' },
  },
  required: ['mimeType', 'size', 'uri'],
};

function toWireFile(wire: unknown): WireFile | undefined {
  if (typeof wire !== 'string') return isWireFile(wire) ? wire : undefined;
  const uri = splitDataUri(wire);
  return uri !== undefined && isBase64(uri.data) ? uri : undefined;
}

function isWireFile(wire: unknown): wire is WireFile {
  if (typeof wire !== 'object' || wire === null) return false;
  const { name, mimeType, data } = wire as Partial<WireFile>;
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
  return {
    type: ['object', 'string'],
    properties: { name: { type: 'string' }, mimeType, data },
    required: rules.mimeTypes === undefined ? ['data'] : ['mimeType', 'data'],
    pattern: `^data:${rules.mimeTypes === undefined ? '[^,]*' : `(?:${rules.mimeTypes.map(escapeRegExp).join('|')})(?:;[^,]*)?`};base64,${base64Pattern.slice(1)}`,
  };
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[$()*+./?[\\\]^{|}]/g, '\\$&');
}

// Base64 in any of its spellings, and a data: URI in place of the data.
function mendFile(wire: unknown): unknown {
  if (typeof wire === 'string') {
    const uri = splitDataUri(wire);
    return uri === undefined ? wire : { mimeType: uri.mimeType, data: toCanonicalBase64(uri.data) };
  }
  if (typeof wire !== 'object' || wire === null || isWireFile(wire)) return wire;
  const file = wire as Partial<WireFile>;
  if (typeof file.data !== 'string') return wire;
  const type = splitDataUri(file.data)?.mimeType;
  return { ...(type === undefined ? {} : { mimeType: type }), ...file, data: toCanonicalBase64(file.data) };
}

import { type Schema } from './schema.ts';

/** What an instance of a class that every runtime has becomes in JSON. `docs/wire-format.md` says the same. */
export type Builtin =
  | { kind: 'leaf'; schema: Schema; holdsFiles?: true }
  | { kind: 'map' | 'set' | 'list' | 'error' | 'promise' | 'nothing' | 'anything' }
  | { kind: 'refused'; reason: string };

const bytes: Builtin = {
  kind: 'leaf',
  holdsFiles: true,
  schema: {
    type: 'string',
    description: 'base64, or attachment:<n> for the n-th file among the content blocks',
    pattern: '^(?:attachment:[0-9]+|(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)$',
  },
};

const file: Builtin = {
  kind: 'leaf',
  holdsFiles: true,
  schema: {
    type: 'object',
    properties: {
      name: { type: 'string' },
      mimeType: { type: 'string' },
      size: { type: 'integer' },
      uri: { type: 'string', description: 'attachment:<n> is the n-th file among the content blocks' },
    },
    required: ['mimeType', 'size', 'uri'],
    additionalProperties: false,
  },
};

const numbers: Builtin = { kind: 'leaf', schema: { type: 'array', items: { type: 'number' } } };
const bigints: Builtin = {
  kind: 'leaf',
  schema: { type: 'array', items: { type: 'string', pattern: '^-?[0-9]+$' } },
};
const nothing: Builtin = { kind: 'leaf', schema: { type: 'object', properties: {} } };
const stream: Builtin = { kind: 'refused', reason: 'a stream, which cannot be sent' };

export const bigintSchema: Schema = { type: 'string', pattern: '^-?[0-9]+$' };
export const dateSchema: Schema = { type: 'string', format: 'date-time' };

const builtins: Readonly<Record<string, Builtin | undefined>> = {
  Date: { kind: 'leaf', schema: dateSchema },
  URL: { kind: 'leaf', schema: { type: 'string', format: 'uri', description: 'URL' } },
  RegExp: {
    kind: 'leaf',
    schema: {
      type: 'string',
      description: 'a regular expression of JavaScript, such as /^a.*z$/i',
      pattern: '^/(?:(?:.|\\n|\\r)+)/(?:[dgimsuvy]*)$',
    },
  },
  Uint8Array: bytes,
  Buffer: bytes,
  ArrayBuffer: bytes,
  File: file,
  Blob: file,
  Map: { kind: 'map' },
  ReadonlyMap: { kind: 'map' },
  Set: { kind: 'set' },
  ReadonlySet: { kind: 'set' },
  Array: { kind: 'list' },
  ReadonlyArray: { kind: 'list' },
  Error: { kind: 'error' },
  Promise: { kind: 'promise' },
  PromiseLike: { kind: 'promise' },
  Int8Array: numbers,
  Uint8ClampedArray: numbers,
  Int16Array: numbers,
  Uint16Array: numbers,
  Int32Array: numbers,
  Uint32Array: numbers,
  Float16Array: numbers,
  Float32Array: numbers,
  Float64Array: numbers,
  BigInt64Array: bigints,
  BigUint64Array: bigints,
  String: { kind: 'leaf', schema: { type: 'string' } },
  Number: { kind: 'leaf', schema: { type: 'number' } },
  Boolean: { kind: 'leaf', schema: { type: 'boolean' } },
  BigInt: { kind: 'leaf', schema: bigintSchema },
  Function: { kind: 'nothing' },
  CallableFunction: { kind: 'nothing' },
  NewableFunction: { kind: 'nothing' },
  Symbol: { kind: 'nothing' },
  Object: { kind: 'anything' },
  FormData: { kind: 'anything' },
  WeakMap: nothing,
  WeakSet: nothing,
  WeakRef: nothing,
  DataView: nothing,
  SharedArrayBuffer: nothing,
  URLSearchParams: nothing,
  Headers: nothing,
  ReadableStream: stream,
  Generator: nothing,
  Iterator: nothing,
  IteratorObject: nothing,
  MapIterator: nothing,
  SetIterator: nothing,
  ArrayIterator: nothing,
};

/** Finds what a class of the runtime becomes, by its name. */
export function builtinOf(name: string): Builtin | undefined {
  return Object.hasOwn(builtins, name) ? builtins[name] : undefined;
}

/** The packages that declare the classes of runtimes, besides TypeScript's own libraries. */
export const runtimeTypes: RegExp =
  /[\\/]node_modules[\\/](?:\.pnpm[\\/][^\\/]+[\\/]node_modules[\\/])?(?:@types[\\/](?:node|bun)|undici-types|bun-types|buffer|@cloudflare[\\/]workers-types|@edge-runtime[\\/][^\\/]+|typescript[^\\/]*)[\\/]/;

/** What is sent of an error without a `toJSON`. */
export const errorSchema: Schema = {
  type: 'object',
  properties: { name: { type: 'string' }, message: { type: 'string' } },
  required: ['name', 'message'],
};

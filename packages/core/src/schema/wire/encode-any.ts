import { toBase64 } from './base64.ts';
import { findCycle } from './cycle.ts';
import type { Leaf } from './leaf.ts';
import { setOwn } from '../json-schema.ts';
import { EncodeError, under } from '../wire-error.ts';

/** What encoding one value needs to know. */
export interface Encoding {
  /** Where files go; without it they are told by name and type alone. */
  readonly files?: Files;
  /** Classes that the app taught. */
  readonly classes?: readonly Leaf[];
}

/** Takes the files out of a value while it is encoded: what it returns stands in their places. */
export interface Files {
  /** How many have been taken out. */
  readonly count: number;
  addBlob(blob: Blob): unknown;
  addBytes(bytes: Uint8Array, depth: number): string;
  /** An empty one of the same kind, for an encoding that is only tried. */
  fresh(): Files;
}

/** From a value to JSON. Gets how deep the value lies; gives the same reference where it is JSON already. */
export type Encode = (value: unknown, encoding: Encoding, depth: number) => unknown;

export const MAX_DEPTH = 1000;
const NONE: Encoding = {};

/**
 * Any value as JSON, by the conventions alone: what a schema cannot see, or nobody wrote a schema for. A part that is
 * plain JSON already comes back as the same reference. `undefined` is what JSON leaves out.
 */
export function encodeAny(value: unknown, encoding: Encoding, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return String(value);
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  if (depth > MAX_DEPTH) throw new EncodeError(`is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return encodeArray(value, encoding, depth);
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (
    (prototype === Object.prototype || prototype === null) &&
    typeof (value as { toJSON?: unknown }).toJSON !== 'function'
  ) {
    return encodeObject(value, encoding, depth);
  }
  return encodeInstance(value, encoding, depth);
}

/** A value that is not part of another one. Throws where there is nothing that JSON can say of it. */
export function encodeWhole(value: unknown, encode: Encode, encoding: Encoding): unknown {
  let json: unknown;
  try {
    json = encode(value, encoding, 0);
  } catch (error) {
    // Looked for only now: a set of all objects on the way would cost every call.
    const cycle = error instanceof EncodeError ? findCycle(value) : undefined;
    throw cycle ?? error;
  }
  if (json === undefined) throw new EncodeError(`is a ${typeof value}, which JSON cannot say`);
  return json;
}

/** A small value from a schema (a default, an example) as JSON. */
export function toPlainJson(value: unknown): unknown {
  return encodeAny(value, NONE, 0);
}

function encodeArray(list: readonly unknown[], encoding: Encoding, depth: number): unknown[] {
  let copy: unknown[] | undefined;
  // By index: holes count as undefined.
  for (let index = 0; index < list.length; index++) {
    const item = list[index];
    let encoded: unknown;
    try {
      encoded = encodeAny(item, encoding, depth + 1) ?? null;
    } catch (error) {
      throw under(index, error);
    }
    if (copy === undefined && (encoded !== item || !(index in list))) copy = list.slice(0, index);
    if (copy !== undefined) copy.push(encoded);
  }
  return copy ?? (list as unknown[]);
}

function encodeObject(object: object, encoding: Encoding, depth: number): object {
  const source = object as Record<string, unknown>;
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(source)) {
    const item = source[key];
    let encoded: unknown;
    try {
      encoded = encodeAny(item, encoding, depth + 1);
    } catch (error) {
      throw under(key, error);
    }
    if (encoded === item && encoded !== undefined) continue;
    copy ??= { ...source };
    if (encoded === undefined) delete copy[key];
    else setOwn(copy, key, encoded);
  }
  return copy ?? object;
}

function encodeInstance(value: object, encoding: Encoding, depth: number): unknown {
  const taught = encoding.classes?.find((leaf) => leaf.is(value));
  if (taught !== undefined) return encodeAny(taught.encode(value), encoding, depth + 1);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Map) return encodeMap(value, encoding, depth);
  if (value instanceof Set) return encodeArray([...value], encoding, depth);
  if (value instanceof Blob) return encodeBlob(value, encoding);
  if (value instanceof Uint8Array) return encodeBytes(value, encoding, depth);
  if (value instanceof ArrayBuffer) return encodeBytes(new Uint8Array(value), encoding, depth);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return encodeArray([...(value as Float64Array)], encoding, depth);
  if (value instanceof FormData) return encodeForm(value, encoding, depth);
  if (value instanceof ReadableStream)
    throw new EncodeError('is a stream; read it in the procedure and return its bytes');
  if (value instanceof URL) return value.href;
  if (value instanceof RegExp) return String(value);
  const { toJSON } = value as { toJSON?: (key: string) => unknown };
  if (typeof toJSON === 'function') return encodeAny(toJSON.call(value, ''), encoding, depth + 1);
  if (value instanceof Error) return { name: value.name, message: value.message };
  // `new String('x')` and the like.
  const primitive: unknown = value.valueOf();
  if (typeof primitive !== 'object') return encodeAny(primitive, encoding, depth);
  // Own properties only, without the class: a copy, so that it is a plain object.
  return encodeObject({ ...value }, encoding, depth);
}

// Fields as an object; one that is there several times is a list.
function encodeForm(form: FormData, encoding: Encoding, depth: number): object {
  const object = {};
  for (const name of new Set(form.keys())) {
    const values = form.getAll(name);
    setOwn(object, name, values.length === 1 ? values[0] : values);
  }
  return encodeObject(object, encoding, depth);
}

export function encodeMap(map: ReadonlyMap<unknown, unknown>, encoding: Encoding, depth: number): unknown {
  for (const key of map.keys()) {
    if (typeof key !== 'string') return encodeArray([...map], encoding, depth);
  }
  const object = {};
  for (const [key, value] of map) setOwn(object, key as string, value);
  return encodeObject(object, encoding, depth);
}

function encodeBlob(blob: Blob, { files }: Encoding): unknown {
  if (files !== undefined) return files.addBlob(blob);
  return { mimeType: mimeTypeOf(blob), size: blob.size };
}

export function mimeTypeOf({ type }: Blob): string {
  return type === '' ? 'application/octet-stream' : type;
}

function encodeBytes(bytes: Uint8Array, { files }: Encoding, depth: number): string {
  return files === undefined ? toBase64(bytes) : files.addBytes(bytes, depth);
}

import { withMemory } from '../budget.ts';
import { isInstance } from '../codec.ts';
import { findCycle } from './cycle.ts';
import { assertResultDepth } from '../depth.ts';
import type { Encode, Encoding } from './encoding.ts';
import { fileLeaf, toFile } from './file-leaf.ts';
import { setOwn } from '../json-schema.ts';
import { bigintLeaf, dateLeaf, regexpLeaf, uint8ArrayLeaf, urlLeaf, type Leaf } from './leaf.ts';
import { EncodeError, under } from '../wire-error.ts';

/**
 * Encodes any value as JSON without a schema. A part that is plain JSON already is returned as the same reference.
 * Returns undefined for what JSON leaves out, such as functions.
 */
export function encodeAny(value: unknown, encoding: Encoding, depth: number): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return bigintLeaf.encode(value, encoding, depth);
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) return null;
  assertResultDepth(depth);
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

/** Encodes a whole result or input. Throws an EncodeError for a value that JSON has no form for, such as a function. */
export function encodeWhole(value: unknown, encode: Encode, encoding: Encoding): unknown {
  let json: unknown;
  try {
    json = withMemory(() => encode(value, encoding, 0));
  } catch (error) {
    // A cycle is looked for only after an error. Remembering every visited object would make each call slower.
    const cycle = error instanceof EncodeError ? findCycle(value) : undefined;
    throw cycle ?? error;
  }
  if (json === undefined) throw new EncodeError(`is a ${typeof value}, which cannot be encoded as JSON`);
  return json;
}

/** Encodes a small value that a schema contains, such as a default or a bound, as JSON. */
export function toPlainJson(value: unknown): unknown {
  return encodeAny(value, {}, 0);
}

function encodeArray(list: readonly unknown[], encoding: Encoding, depth: number): unknown[] {
  let copy: unknown[] | undefined;
  // Goes by index, so that holes in the array are visited too. They count as undefined.
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
  const taught = encoding.classes?.find((codec) => isInstance(codec, value));
  if (taught !== undefined) return encodeAny(taught.encode(value), encoding, depth + 1);
  for (const leaf of objectLeaves) if (leaf.is!(value)) return leaf.encode(value, encoding, depth);
  if (value instanceof Map) return encodeMap(value, encoding, depth);
  if (value instanceof Set) return encodeArray([...value], encoding, depth);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return encodeArray([...(value as Float64Array)], encoding, depth);
  }
  if (value instanceof FormData) return encodeForm(value, encoding, depth);
  if (value instanceof ReadableStream) {
    throw new EncodeError('is a stream; read it in the procedure and return its bytes');
  }
  const { toJSON } = value as { toJSON?: (key: string) => unknown };
  if (typeof toJSON === 'function') return encodeAny(toJSON.call(value, ''), encoding, depth + 1);
  if (value instanceof Error) return { name: value.name, message: value.message };
  // Unwraps `new String('x')` and other wrapped primitives.
  const primitive: unknown = value.valueOf();
  if (typeof primitive !== 'object') return encodeAny(primitive, encoding, depth);
  // Copies the own properties, so that what is encoded is a plain object without a class.
  return encodeObject({ ...value }, encoding, depth);
}

// The objects that are leaves wherever they occur. The most frequent kind is first.
const objectLeaves: readonly Leaf[] = [dateLeaf, uint8ArrayLeaf, fileLeaf(toFile), urlLeaf, regexpLeaf];

// Makes an object of the fields. A field that occurs several times becomes an array.
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

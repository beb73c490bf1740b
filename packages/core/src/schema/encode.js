import { sniffMimeType } from './attachment.js';
import { toBase64 } from './base64.js';
import { setOwn } from './json-schema.js';
import { EncodeError, under } from './wire-error.js';
export const MAX_DEPTH = 1000;
const NONE = {};
/**
 * Any value as JSON, by the conventions alone: what a schema cannot see, or nobody wrote a schema for. A part that is
 * plain JSON already comes back as the same reference. `undefined` is what JSON leaves out.
 */
export function encodeAny(value, encoding, depth) {
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
    if (value === null)
        return null;
    if (depth > MAX_DEPTH)
        throw new EncodeError(`is nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value))
        return encodeArray(value, encoding, depth);
    const prototype = Object.getPrototypeOf(value);
    if ((prototype === Object.prototype || prototype === null) &&
        typeof value.toJSON !== 'function') {
        return encodeObject(value, encoding, depth);
    }
    return encodeInstance(value, encoding, depth);
}
/** A small value from a schema (a default, an example) as JSON. */
export function toPlainJson(value) {
    return encodeAny(value, NONE, 0);
}
function encodeArray(list, encoding, depth) {
    let copy;
    // By index: holes count as undefined.
    for (let index = 0; index < list.length; index++) {
        const item = list[index];
        let encoded;
        try {
            encoded = encodeAny(item, encoding, depth + 1) ?? null;
        }
        catch (error) {
            throw under(index, error);
        }
        if (copy === undefined && (encoded !== item || !(index in list)))
            copy = list.slice(0, index);
        if (copy !== undefined)
            copy.push(encoded);
    }
    return copy ?? list;
}
function encodeObject(object, encoding, depth) {
    const source = object;
    let copy;
    for (const key of Object.keys(source)) {
        const item = source[key];
        let encoded;
        try {
            encoded = encodeAny(item, encoding, depth + 1);
        }
        catch (error) {
            throw under(key, error);
        }
        if (encoded === item && encoded !== undefined)
            continue;
        copy ??= { ...source };
        if (encoded === undefined)
            delete copy[key];
        else
            setOwn(copy, key, encoded);
    }
    return copy ?? object;
}
function encodeInstance(value, encoding, depth) {
    const taught = encoding.classes?.find((leaf) => leaf.is(value));
    if (taught !== undefined)
        return encodeAny(taught.encode(value), encoding, depth + 1);
    if (value instanceof Date)
        return Number.isNaN(value.getTime()) ? null : value.toISOString();
    if (value instanceof Map)
        return encodeMap(value, encoding, depth);
    if (value instanceof Set)
        return encodeArray([...value], encoding, depth);
    if (value instanceof Blob)
        return encodeBlob(value, encoding);
    if (value instanceof Uint8Array)
        return encodeBytes(value, encoding, depth);
    if (value instanceof ArrayBuffer)
        return encodeBytes(new Uint8Array(value), encoding, depth);
    if (ArrayBuffer.isView(value) && !(value instanceof DataView))
        return encodeArray([...value], encoding, depth);
    if (value instanceof URL)
        return value.href;
    if (value instanceof RegExp)
        return String(value);
    const { toJSON } = value;
    if (typeof toJSON === 'function')
        return encodeAny(toJSON.call(value, ''), encoding, depth + 1);
    if (value instanceof Error)
        return { name: value.name, message: value.message };
    // `new String('x')` and the like.
    const primitive = value.valueOf();
    if (typeof primitive !== 'object')
        return encodeAny(primitive, encoding, depth);
    // Own properties only, without the class: a copy, so that it is a plain object.
    return encodeObject({ ...value }, encoding, depth);
}
// Fields as an object; one that is there several times is a list.
function encodeForm(form, encoding, depth) {
    const object = {};
    for (const name of new Set(form.keys())) {
        const values = form.getAll(name);
        setOwn(object, name, values.length === 1 ? values[0] : values);
    }
    return encodeObject(object, encoding, depth);
}
export function encodeMap(map, encoding, depth) {
    for (const key of map.keys()) {
        if (typeof key !== 'string')
            return encodeArray([...map], encoding, depth);
    }
    const object = {};
    for (const [key, value] of map)
        setOwn(object, key, value);
    return encodeObject(object, encoding, depth);
}
export function encodeBlob(blob, { files }) {
    const mimeType = blob.type === '' ? 'application/octet-stream' : blob.type;
    return files === undefined ? { mimeType, size: blob.size } : files.add(blob, mimeType);
}
/** Base64; but a picture or a sound, and bytes that are the whole result, go beside the JSON, where clients show them. */
export function encodeBytes(bytes, { files }, depth) {
    if (files === undefined)
        return toBase64(bytes);
    const type = sniffMimeType(bytes) ?? (depth === 0 ? 'application/octet-stream' : undefined);
    return type === undefined ? toBase64(bytes) : files.add(bytes, type).uri;
}

import { Attachments } from './attachment.js';
import { encodeAny, encodeMap, MAX_DEPTH } from './encode.js';
import { fits } from './fit.js';
import { deref, eachChild, resolveRef, setOwn } from './json-schema.js';
import { getMark } from './mark.js';
import { mergeObjects } from './merge.js';
import { compileChoice, hasTags } from './union.js';
import { EncodeError, under } from './wire-error.js';
/**
 * Compiles the encoder of a marked output schema; undefined where its values are JSON already. A trusted schema is one
 * that the validator has just enforced: what it calls a string is not looked at.
 */
export function compileEncode({ root, leaves }, isTrusted) {
    const byRef = new Map();
    return compile(root);
    function compile(node) {
        if (typeof node === 'boolean')
            return encodeAny;
        const mark = getMark(node);
        const ref = node['$ref'];
        if (typeof ref === 'string' && mark === undefined)
            return compileRef(ref);
        switch (mark?.is) {
            case 'leaf': {
                const leaf = leaves[mark.leaf];
                if (leaf.ownEncode === true)
                    return (value) => (value === null || value === undefined ? value : leaf.encode(value));
                return leaf.name === 'Date' ? encodeDate : encodeAny;
            }
            case 'set': {
                const encodeItems = compileArray(node);
                return (value, encoding, depth) => value instanceof Set
                    ? apply(encodeItems, [...value], encoding, depth)
                    : encodeAny(value, encoding, depth);
            }
            case 'map': {
                const encodeValues = compileObject(node);
                return (value, encoding, depth) => {
                    if (!(value instanceof Map))
                        return encodeAny(value, encoding, depth);
                    if (encodeValues === encodeAny)
                        return encodeMap(value, encoding, depth);
                    return apply(encodeValues, toObject(value), encoding, depth);
                };
            }
            case 'pairs': {
                const encodePairs = compileArray(node);
                return (value, encoding, depth) => value instanceof Map
                    ? apply(encodePairs, [...value], encoding, depth)
                    : encodeAny(value, encoding, depth);
            }
            case undefined:
                return compilePlain(node);
            default:
                return encodeAny;
        }
    }
    function compilePlain(node) {
        const branches = (node['anyOf'] ?? node['oneOf']);
        if (branches !== undefined)
            return compileUnion(branches);
        if ('allOf' in node && node.type !== 'string' && node.type !== 'number') {
            const merged = mergeObjects(root, [node], 'intersection');
            return merged === undefined ? encodeAny : compileObject(merged);
        }
        if (node.type === 'object')
            return compileObject(node);
        if (node.type === 'array')
            return compileArray(node);
        if (!isTrusted)
            return encodeAny;
        const types = typeof node.type === 'string' ? [node.type] : node.type;
        const isScalar = types?.every((type) => type !== 'object' && type !== 'array') ?? false;
        return isScalar || 'const' in node || 'enum' in node ? undefined : encodeAny;
    }
    function compileRef(ref) {
        const known = byRef.get(ref);
        if (known?.done === true)
            return known.encode;
        if (known !== undefined) {
            return (value, encoding, depth) => {
                if (depth > MAX_DEPTH)
                    throw new EncodeError(`is nested deeper than ${MAX_DEPTH} levels`);
                return apply(known.encode, value, encoding, depth);
            };
        }
        const target = resolveRef(root, ref);
        if (target === undefined)
            return encodeAny;
        const slot = {};
        byRef.set(ref, slot);
        slot.encode = compile(target);
        slot.done = true;
        return slot.encode;
    }
    function compileUnion(branches) {
        const encoders = branches.map(compile);
        if (encoders.every((encode) => encode === undefined))
            return undefined;
        const open = branches
            .map((_, index) => index)
            .filter((index) => deref(root, branches[index]).type !== 'null');
        if (open.length === 1) {
            const only = encoders[open[0]];
            return (value, encoding, depth) => (value === null ? null : apply(only, value, encoding, depth));
        }
        if (!hasTags({ root, leaves }, branches))
            return branches.some((branch) => needsGuidance(branch, 0))
                ? tryBranches(branches, encoders)
                : encodeAny;
        const choose = compileChoice({ root, leaves }, branches);
        return (value, encoding, depth) => {
            const index = typeof value === 'object' && value !== null ? choose(value) : -1;
            return index === -1
                ? encodeAny(value, encoding, depth)
                : apply(encoders[index], value, encoding, depth);
        };
    }
    function compileObject(node) {
        const others = node['additionalProperties'];
        const isClosed = others === false && isTrusted && node['patternProperties'] === undefined;
        const required = new Set(node.required ?? []);
        const fields = [];
        for (const [key, child] of Object.entries(node.properties ?? {})) {
            const encode = compile(child);
            // What is optional may be undefined, which is dropped.
            if (encode !== undefined || !required.has(key))
                fields.push([key, encode]);
        }
        if (fields.length === 0 && isClosed)
            return undefined;
        const rest = isClosed ? undefined : compileRest(node);
        const known = node.properties ?? {};
        return (value, encoding, depth) => {
            if (typeof value !== 'object' || value === null || !isPlain(value))
                return encodeAny(value, encoding, depth);
            const source = value;
            let copy;
            const put = (key, encode) => {
                const before = source[key];
                const after = encode === undefined ? before : encodeUnder(encode, before, key, encoding, depth + 1);
                if (after === before && after !== undefined)
                    return;
                copy ??= { ...source };
                if (after === undefined)
                    delete copy[key];
                else
                    setOwn(copy, key, after);
            };
            for (let index = 0; index < fields.length; index++) {
                const [key, encode] = fields[index];
                if (Object.hasOwn(source, key))
                    put(key, encode);
            }
            if (!isClosed) {
                for (const key of Object.keys(source))
                    if (!Object.hasOwn(known, key))
                        put(key, rest);
            }
            return copy ?? value;
        };
    }
    function compileRest(node) {
        const others = node['additionalProperties'];
        const isUnclear = others === undefined || typeof others === 'boolean' || node['patternProperties'] !== undefined;
        return isUnclear ? encodeAny : compile(others);
    }
    function compileArray(node) {
        const first = (node['prefixItems'] ?? []).map(compile);
        const items = node['items'];
        const rest = items === undefined ? encodeAny : items === false && isTrusted ? undefined : compile(items);
        if (rest === undefined && first.every((encode) => encode === undefined))
            return undefined;
        return (value, encoding, depth) => {
            if (!Array.isArray(value))
                return encodeAny(value, encoding, depth);
            let copy;
            for (let index = 0; index < value.length; index++) {
                const encode = index < first.length ? first[index] : rest;
                const before = value[index];
                const after = (encode === undefined ? before : encodeUnder(encode, before, index, encoding, depth + 1)) ?? null;
                if (after !== before)
                    (copy ??= value.slice())[index] = after;
            }
            return copy ?? value;
        };
    }
}
const encodeDate = (value, encoding, depth) => value instanceof Date
    ? Number.isNaN(value.getTime())
        ? null
        : value.toISOString()
    : encodeAny(value, encoding, depth);
function encodeUnder(encode, value, key, encoding, depth) {
    try {
        return encode(value, encoding, depth);
    }
    catch (error) {
        throw under(key, error);
    }
}
function apply(encode, value, encoding, depth) {
    return encode === undefined ? value : encode(value, encoding, depth);
}
function isPlain(value) {
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null;
}
function toObject(map) {
    const object = {};
    for (const [key, value] of map)
        setOwn(object, String(key), value);
    return object;
}

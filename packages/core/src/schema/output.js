import { Attachments } from './attachment.js';
import { isMcpContent } from './content.js';
import { Conversion } from './conversion.js';
import { convert, convertOverride } from './convert.js';
import { findCycle } from './cycle.js';
import { compileDecode } from './decode.js';
import { encodeAny } from './encode.js';
import { compileEncode } from './encoder.js';
import { SchemaProblem } from './problem.js';
import { assertPossible, publish } from './publish.js';
import { toObjectRoot } from './root.js';
import { EncodeError } from './wire-error.js';
/** Compiles the `.output()` of one procedure, `undefined` where it has none. */
export function compileOutput(parser, options = {}) {
    const conversion = new Conversion('output', options.converters, options.codecs);
    const classes = conversion.codecs
        .filter((codec) => codec.class !== undefined)
        .map((codec) => conversion.codecLeaf(codec));
    const document = toDocument(parser, options.override, conversion);
    if (document === undefined)
        return { ...UNKNOWN, encode: createEncode(encodeAny, classes) };
    const root = toObjectRoot([document], 'result');
    const marked = { root: document.schema, leaves: conversion.leaves };
    const isTold = !document.optional && isPossible(document.schema);
    const legacySchema = isTold ? publish(root.schema) : undefined;
    const isTrusted = options.override === undefined;
    const decode = compileDecode(marked);
    return {
        schema: root.wrap === undefined || !isTold ? legacySchema : publish(document.schema),
        legacySchema,
        wrapped: root.wrap !== undefined,
        encode: createEncode(compileEncode(marked, isTrusted), classes),
        decode: (json) => (decode === undefined || json === undefined ? json : decode(json, 0)),
    };
}
const UNKNOWN = {
    schema: undefined,
    legacySchema: undefined,
    wrapped: true,
    decode: (json) => json,
};
function toDocument(parser, override, conversion) {
    if (override !== undefined)
        return convertOverride(override, conversion);
    if (parser === undefined)
        return undefined;
    try {
        return convert(parser, conversion);
    }
    catch (error) {
        // The values arrive without a schema too; only what can be fixed by an option is worth an error.
        if (error instanceof SchemaProblem &&
            error.code === 'CONVERTER_MISSING' &&
            !error.message.includes('converters'))
            return undefined;
        throw error;
    }
}
function isPossible(schema) {
    try {
        assertPossible(schema);
        return true;
    }
    catch {
        return false;
    }
}
const NO_CONTENT = Object.freeze([]);
function createEncode(compiled, classes) {
    return (value) => {
        if (isMcpContent(value))
            return { json: undefined, content: value.blocks };
        if (value === undefined)
            return { json: undefined, content: NO_CONTENT };
        if (compiled === undefined)
            return { json: value, content: NO_CONTENT };
        const files = new Attachments();
        const json = encodeWhole(value, compiled, { files, classes });
        if (files.count === 0)
            return { json, content: NO_CONTENT };
        const content = files.toBlocks();
        return content instanceof Promise
            ? content.then((blocks) => ({ json, content: blocks }))
            : { json, content };
    };
}
function encodeWhole(value, encode, encoding) {
    let json;
    try {
        json = encode(value, encoding, 0);
    }
    catch (error) {
        // Looked for only now: a set of all objects on the way would cost every call.
        const cycle = error instanceof EncodeError ? findCycle(value) : undefined;
        throw cycle ?? error;
    }
    if (json === undefined)
        throw new EncodeError(`is a ${typeof value}, which JSON cannot say`);
    return json;
}

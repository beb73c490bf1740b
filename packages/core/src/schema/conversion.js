import { bigintLeaf, bytesLeaf, dateLeaf, literalLeaf, regexpLeaf, urlLeaf } from './leaf.js';
import { codecLeaf } from './codec-leaf.js';
import { fileLeaf, toBlob, toFile } from './file-leaf.js';
import { marked, setMark } from './mark.js';
/** What one conversion shares: the direction, and the table that leaf marks point into. */
export class Conversion {
    io;
    converters;
    codecs;
    leaves = [];
    constructor(io, converters = {}, codecs = []) {
        this.io = io;
        this.converters = converters;
        this.codecs = codecs;
    }
    /** Makes `target` say that this leaf is here, whatever the converter put there. */
    putLeaf(target, leaf) {
        clearStructure(target);
        let index = this.leaves.indexOf(leaf);
        if (index === -1)
            index = this.leaves.push(leaf) - 1;
        Object.assign(target, this.published(leaf));
        setMark(target, { is: 'leaf', leaf: index });
    }
    /** What is published for a leaf that the parser makes itself: neither decoded nor repaired. */
    putAsIs(target, leaf) {
        clearStructure(target);
        Object.assign(target, this.published(leaf));
        setMark(target, { is: 'asIs' });
    }
    leafSchema(leaf) {
        const schema = {};
        this.putLeaf(schema, leaf);
        return schema;
    }
    /** Makes `target` stand for an instance of this class, or say why it cannot. */
    putClass(target, Class) {
        const codec = this.codecs.find((each) => each.class !== undefined && each.class === Class);
        const leaf = codec === undefined ? leafOfClass(Class) : this.codecLeaf(codec);
        if (leaf !== undefined)
            return this.putLeaf(target, leaf);
        clearStructure(target);
        if (Class === Map)
            Object.assign(target, marked({ is: 'map' }, { type: 'object', additionalProperties: {} }));
        else if (Class === Set)
            Object.assign(target, marked({ is: 'set' }, { type: 'array', items: {} }));
        else if (Class === FormData)
            Object.assign(target, formSchema(this));
        // Going out, an instance is what its toJSON or its own properties say.
        else if (this.io === 'input')
            setMark(target, noCodec(Class));
    }
    #codecLeaves = new Map();
    codecLeaf(codec) {
        let leaf = this.#codecLeaves.get(codec);
        if (leaf === undefined)
            this.#codecLeaves.set(codec, (leaf = codecLeaf(codec)));
        return leaf;
    }
    /** The codec that names this very schema object. */
    codecFor(parser) {
        return this.codecs.find((codec) => codec.parser !== undefined && codec.parser === parser);
    }
    published(leaf) {
        return structuredClone((this.io === 'input' ? leaf.input : undefined) ?? leaf.schema);
    }
}
const classLeaves = new Map([
    [Date, dateLeaf],
    [BigInt, bigintLeaf],
    [URL, urlLeaf],
    [RegExp, regexpLeaf],
    [File, fileLeaf('File', toFile)],
    [Blob, fileLeaf('Blob', toBlob)],
    [
        Uint8Array,
        bytesLeaf((bytes) => bytes, (value) => value instanceof Uint8Array),
    ],
    [
        ArrayBuffer,
        bytesLeaf((bytes) => bytes.buffer, (value) => value instanceof ArrayBuffer),
    ],
]);
/** The leaf of a class that every runtime has, of Node's Buffer, or of whatever extends Uint8Array with a `from`. */
export function leafOfClass(Class) {
    const known = classLeaves.get(Class);
    if (known !== undefined || typeof Class !== 'function')
        return known;
    if (!(Class.prototype instanceof Uint8Array))
        return undefined;
    const Bytes = Class;
    // Buffer.from shares the memory of an ArrayBuffer; other subclasses would read it as a list of nothing.
    const make = (bytes) => Class.name === 'Buffer'
        ? Bytes.from(bytes.buffer)
        : new Class(bytes.buffer);
    const leaf = bytesLeaf(make, (value) => value instanceof Class);
    classLeaves.set(Class, leaf);
    return leaf;
}
/** A literal that JSON cannot say, or one among literals that it can. */
export function literals(values) {
    return literalLeaf(values, (value) => typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
        ? String(value)
        : value);
}
/** Whether JSON can say all of these literals. */
export function areJson(values) {
    return values.every((value) => value === null ||
        typeof value === 'string' ||
        typeof value === 'boolean' ||
        (typeof value === 'number' && Number.isFinite(value)));
}
const ANNOTATIONS = new Set([
    'title',
    'description',
    'default',
    'examples',
    'deprecated',
    'readOnly',
    'writeOnly',
    '$ref',
]);
/** Leaves of a schema only what people wrote about it. */
export function clearStructure(schema) {
    for (const keyword of Object.keys(schema))
        if (!ANNOTATIONS.has(keyword))
            delete schema[keyword];
}
function formSchema(conversion) {
    const file = conversion.leafSchema(classLeaves.get(File));
    const entry = { anyOf: [{ type: ['string', 'number', 'boolean'] }, file] };
    return marked({ is: 'form' }, {
        type: 'object',
        description: 'Fields of a form: text, files as { name, mimeType, data (base64) }, or lists of them.',
        additionalProperties: { anyOf: [...entry['anyOf'], { type: 'array', items: entry }] },
    });
}
function noCodec(Class) {
    const name = Class?.name ?? 'a class';
    return {
        is: 'never',
        code: 'CODEC_MISSING',
        reason: `an instance of ${name} cannot be made from JSON; teach it with the option codecs: [{ class: ${name}, schema, decode, encode }]`,
    };
}

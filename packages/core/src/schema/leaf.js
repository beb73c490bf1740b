import { base64Pattern, fromBase64, isBase64, toBase64, toCanonicalBase64 } from './base64.js';
import { isDateTime, isPlainDate, parseDateTime } from './date-time.js';
export const MAX_BIGINT_DIGITS = 4096;
const BIGINT = /^-?\d+$/;
export const dateLeaf = {
    name: 'Date',
    schema: { type: 'string', format: 'date-time' },
    expected: 'an ISO 8601 date-time such as 2026-01-31T09:00:00Z',
    fits: (wire) => typeof wire === 'string' && isDateTime(wire),
    decode: (wire) => parseDateTime(wire),
    attempt: (wire) => (typeof wire === 'string' ? parseDateTime(wire) : undefined),
    mend: (wire) => typeof wire === 'string' && wire.length === 10 && isPlainDate(wire) ? `${wire}T00:00:00Z` : wire,
    is: (value) => value instanceof Date,
    encode: (value) => (Number.isNaN(value.getTime()) ? null : value.toISOString()),
};
export const bigintLeaf = {
    name: 'bigint',
    schema: { type: 'string', pattern: BIGINT.source },
    input: {
        type: ['string', 'integer'],
        pattern: BIGINT.source,
        maxLength: MAX_BIGINT_DIGITS,
        minimum: Number.MIN_SAFE_INTEGER,
        maximum: Number.MAX_SAFE_INTEGER,
    },
    expected: 'an integer, as a string of decimal digits such as "12345678901234567890" where it is large',
    fits: (wire) => typeof wire === 'string'
        ? wire.length <= MAX_BIGINT_DIGITS && BIGINT.test(wire)
        : Number.isSafeInteger(wire),
    isLoose: (wire) => typeof wire === 'number',
    decode: (wire) => BigInt(wire),
    is: (value) => typeof value === 'bigint',
    encode: (value) => String(value),
    refuse: (wire) => typeof wire === 'string' && wire.length > MAX_BIGINT_DIGITS
        ? `expected a whole number of at most ${MAX_BIGINT_DIGITS} digits, received ${wire.length} characters`
        : undefined,
};
/** For a parser that makes the bigint itself, but would take a second over a million digits. */
export const coercedBigintLeaf = { ...bigintLeaf, decode: (wire) => wire };
export const nanLeaf = wordLeaf('NaN', { type: 'string', const: 'NaN' }, ['NaN']);
/** Numbers among which the infinities are: plain numbers travel as they are. */
export function wordLeaf(name, schema, words) {
    return {
        name,
        schema,
        expected: words.map((word) => JSON.stringify(word)).join(' or '),
        fits: (wire) => typeof wire === 'string' && words.includes(wire),
        decode: Number,
        ownEncode: true,
        is: (value) => typeof value === 'number' && words.includes(String(value)),
        encode: String,
    };
}
// What WHATWG URLs and RFC 3986 agree on; published next to `format` so that both sides refuse the same.
const URL_PATTERN = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/+(?=[^/?#:@])|(?!\/\/)(?=.))[^\s<>"{}|\\^`]*$/;
export const urlLeaf = {
    name: 'URL',
    schema: { type: 'string', format: 'uri', pattern: URL_PATTERN.source },
    expected: 'a URL such as https://example.com/page',
    fits: (wire) => typeof wire === 'string' && URL_PATTERN.test(wire) && URL.canParse(wire),
    decode: (wire) => new URL(wire),
    is: (value) => value instanceof URL,
    encode: (value) => value.href,
};
const REGEXP = /^\/([\s\S]+)\/([dgimsuvy]*)$/;
export const regexpLeaf = {
    name: 'RegExp',
    schema: { type: 'string', pattern: REGEXP.source },
    expected: 'a regular expression such as /^a.*z$/i',
    fits: (wire) => parseRegExp(wire) !== undefined,
    decode: parseRegExp,
    mend: (wire) => typeof wire === 'string' && !wire.startsWith('/') && wire !== '' ? String(toRegExp(wire) ?? wire) : wire,
    is: (value) => value instanceof RegExp,
    encode: String,
};
function parseRegExp(wire) {
    const parts = typeof wire === 'string' && wire.length <= 10_000 ? REGEXP.exec(wire) : null;
    return parts === null ? undefined : toRegExp(parts[1], parts[2]);
}
function toRegExp(source, flags) {
    try {
        return new RegExp(source, flags);
    }
    catch {
        return undefined;
    }
}
/** A class made from bytes: Uint8Array and its kind, Node's Buffer, ArrayBuffer. */
export function bytesLeaf(make, is) {
    return {
        name: 'bytes',
        schema: { type: 'string', contentEncoding: 'base64', pattern: base64Pattern },
        expected: 'base64',
        fits: (wire) => typeof wire === 'string' && isBase64(wire),
        decode: (wire) => make(fromBase64(wire)),
        mend: (wire) => (typeof wire === 'string' ? toCanonicalBase64(wire) : wire),
        refuse: (wire) => (typeof wire === 'string' ? 'expected base64, received text that is none' : undefined),
        is,
        encode: (value) => toBase64(value),
    };
}
/** Literals among which are some that JSON cannot say: those travel as strings, the others as they are. */
export function literalLeaf(values, toWire) {
    const byWire = new Map(values.map((value) => [toWire(value), value]));
    const words = [...byWire.keys()];
    return {
        name: 'literal',
        schema: words.length === 1 ? { const: words[0] } : { enum: words },
        expected: words.map((word) => JSON.stringify(word)).join(' or '),
        fits: (wire) => byWire.has(wire),
        decode: (wire) => byWire.get(wire),
        mend: (wire) => Number.isSafeInteger(wire) && !byWire.has(wire) && byWire.has(String(wire)) ? String(wire) : wire,
        is: (value) => values.includes(value),
        encode: toWire,
        ownEncode: true,
    };
}

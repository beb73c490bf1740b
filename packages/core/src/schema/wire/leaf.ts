import { base64Pattern, fromBase64, isBase64, toBase64, toCanonicalBase64 } from './base64.ts';
import { isDateTime, isPlainDate, parseDateTime } from './date-time.ts';
import type { JsonSchema } from '../json-schema.ts';

/** One kind of value that JSON has no word for, and its convention on the wire. */
export interface Leaf {
  readonly name: string;
  /** What is published for outputs, and for inputs unless `input` says more. */
  readonly schema: JsonSchema;
  readonly input?: JsonSchema;
  /** For messages: "expected …". */
  readonly expected: string;
  /** Whether a wire value follows the convention. */
  fits(wire: unknown): boolean;
  /** What fits, but is what another branch of a union would have been encoded to: it takes it only when no other does. */
  isLoose?(wire: unknown): boolean;
  /** The value for the parser. Called with what fits; may throw a WireError for what must not go on. */
  decode(wire: unknown): unknown;
  /** `fits` and `decode` in one, where that saves half of the work; undefined for a misfit. */
  attempt?(wire: unknown): unknown;
  /** Brings a wire value that nearly follows the convention to it; anything else comes back as it is. */
  mend?(wire: unknown): unknown;
  /** Whether a value is of this kind, where the encoder must ask. */
  is(value: unknown): boolean;
  encode(value: unknown): unknown;
  /** The schema alone says that values at its place are of this kind: nothing can be seen on them. */
  readonly ownEncode?: boolean;
  /** Why a misfit must not reach the parser; undefined lets the parser refuse it, beside whatever else is wrong. */
  refuse?(wire: unknown): string | undefined;
}

export const MAX_BIGINT_DIGITS = 4096;
const BIGINT = /^-?\d+$/;

export const dateLeaf: Leaf = {
  name: 'Date',
  schema: { type: 'string', format: 'date-time' },
  expected: 'an ISO 8601 date-time such as 2026-01-31T09:00:00Z',
  fits: (wire) => typeof wire === 'string' && isDateTime(wire),
  decode: (wire) => parseDateTime(wire as string),
  attempt: (wire) => (typeof wire === 'string' ? parseDateTime(wire) : undefined),
  mend: (wire) =>
    typeof wire === 'string' && wire.length === 10 && isPlainDate(wire) ? `${wire}T00:00:00Z` : wire,
  is: (value) => value instanceof Date,
  encode: (value) => (Number.isNaN((value as Date).getTime()) ? null : (value as Date).toISOString()),
};

export const bigintLeaf: Leaf = {
  name: 'bigint',
  schema: { type: 'string', pattern: BIGINT.source },
  input: {
    type: ['string', 'integer'],
    pattern: BIGINT.source,
    maxLength: MAX_BIGINT_DIGITS,
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  },
  expected: 'an integer, as a string of decimal digits such as "12345678901234567890"',
  fits: (wire) =>
    typeof wire === 'string'
      ? wire.length <= MAX_BIGINT_DIGITS && BIGINT.test(wire)
      : Number.isSafeInteger(wire),
  isLoose: (wire) => typeof wire === 'number',
  decode: (wire) => BigInt(wire as string | number),
  is: (value) => typeof value === 'bigint',
  encode: (value) => String(value),
  refuse: (wire) =>
    typeof wire === 'string' && wire.length > MAX_BIGINT_DIGITS
      ? `expected a whole number of at most ${MAX_BIGINT_DIGITS} digits, received ${wire.length} characters`
      : undefined,
};

/** For a parser that makes the bigint itself, but would take a second over a million digits. */
export const coercedBigintLeaf: Leaf = { ...bigintLeaf, decode: (wire) => wire };

export const nanLeaf: Leaf = wordLeaf('NaN', { type: 'string', const: 'NaN' }, ['NaN']);

/** Numbers among which the infinities are: plain numbers travel as they are. */
export function wordLeaf(name: string, schema: JsonSchema, words: readonly string[]): Leaf {
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

export const urlLeaf: Leaf = {
  name: 'URL',
  schema: { type: 'string', format: 'uri', pattern: URL_PATTERN.source },
  expected: 'a URL such as https://example.com/page',
  fits: (wire) => typeof wire === 'string' && URL_PATTERN.test(wire) && URL.canParse(wire),
  decode: (wire) => new URL(wire as string),
  is: (value) => value instanceof URL,
  encode: (value) => (value as URL).href,
};

const REGEXP = /^\/([\s\S]+)\/([dgimsuvy]*)$/;

export const regexpLeaf: Leaf = {
  name: 'RegExp',
  schema: { type: 'string', pattern: REGEXP.source },
  expected: 'a regular expression such as /^a.*z$/i',
  fits: (wire) => parseRegExp(wire) !== undefined,
  decode: parseRegExp,
  mend: (wire) =>
    typeof wire === 'string' && !wire.startsWith('/') && wire !== '' ? String(toRegExp(wire) ?? wire) : wire,
  is: (value) => value instanceof RegExp,
  encode: String,
};

function parseRegExp(wire: unknown): RegExp | undefined {
  const parts = typeof wire === 'string' && wire.length <= 10_000 ? REGEXP.exec(wire) : null;
  return parts === null ? undefined : toRegExp(parts[1]!, parts[2]);
}

function toRegExp(source: string, flags?: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** A class made from bytes: Uint8Array and its kind, Node's Buffer, ArrayBuffer. */
export function bytesLeaf(
  make: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  is: (value: unknown) => boolean,
): Leaf {
  return {
    name: 'bytes',
    schema: {
      type: 'string',
      description: 'base64, or attachment:<n> for the n-th file among the content blocks',
      pattern: `^(?:attachment:[0-9]+$|${base64Pattern.slice(1)})`,
    },
    input: { type: 'string', contentEncoding: 'base64', pattern: base64Pattern },
    expected: 'base64',
    fits: (wire) => typeof wire === 'string' && isBase64(wire),
    decode: (wire) => make(fromBase64(wire as string)),
    mend: (wire) => (typeof wire === 'string' ? toCanonicalBase64(wire) : wire),
    refuse: (wire) => (typeof wire === 'string' ? 'expected base64, received text that is none' : undefined),
    is,
    encode: (value) => toBase64(value as Uint8Array | ArrayBuffer),
  };
}

/** Literals among which are some that JSON cannot say: those travel as strings, the others as they are. */
export function literalLeaf(values: readonly unknown[], toWire: (value: unknown) => unknown): Leaf {
  const byWire = new Map(values.map((value) => [toWire(value), value]));
  const words = [...byWire.keys()];
  return {
    name: 'literal',
    schema: words.length === 1 ? { const: words[0] } : { enum: words },
    expected: words.map((word) => JSON.stringify(word)).join(' or '),
    fits: (wire) => byWire.has(wire),
    decode: (wire) => byWire.get(wire),
    mend: (wire) =>
      Number.isSafeInteger(wire) && !byWire.has(wire) && byWire.has(String(wire)) ? String(wire) : wire,
    is: (value) => values.includes(value),
    encode: toWire,
    ownEncode: true,
  };
}

import type { Bytes } from '../../bytes.ts';
import { base64Pattern, fromBase64, isBase64, toBase64, toCanonicalBase64 } from './base64.ts';
import { isDateTime, isPlainDate, parseDateTime } from './date-time.ts';
import type { Encoding } from './encoding.ts';
import type { JsonSchema } from '../json-schema.ts';
import { EncodeError } from '../wire-error.ts';

/**
 * One kind of value that JSON has no type for, and how it is written in JSON. Everything that depends on this convention
 * is in its leaf: to send dates as numbers, for example, change `dateLeaf` and nothing else.
 */
export interface Leaf {
  /** The published schema: for outputs, and also for inputs unless `input` is set. */
  readonly schema: JsonSchema;
  readonly input?: JsonSchema;
  /** Whether it is a file, which some clients can take from the person or from their disk. */
  readonly isFile?: true;
  /** Whether decoding drops the keys of an object that `input` does not name. */
  readonly dropsKeys?: true;
  /** Completes the message "expected …". */
  readonly expected: string;
  /** Whether a JSON value follows the convention. */
  fits(wire: unknown): boolean;
  /**
   * Whether a JSON value that fits would more likely belong to another branch of a union. Then this leaf gets it only if
   * no other branch takes it. For example, 5 fits a bigint, but belongs to a number if the union has one.
   */
  isLoose?(wire: unknown): boolean;
  /** Makes the value for the parser. Called only with what fits. May throw a WireError to reject the call. */
  decode(wire: unknown): unknown;
  /** Does `fits` and `decode` in one step, where that is cheaper. Returns undefined if the JSON value does not fit. */
  attempt?(wire: unknown): unknown;
  /** Corrects a JSON value that nearly follows the convention. Returns anything else unchanged. */
  mend?(wire: unknown): unknown;
  /** The reason why a JSON value that does not fit must not reach the parser; undefined if the parser may judge it. */
  refuse?(wire: unknown): string | undefined;
  /**
   * Whether a value is of this kind. Absent where the value does not show it, as with a literal: then only the schema
   * says so, and every value in its place is encoded by this leaf.
   */
  is?(value: unknown): boolean;
  /** Encodes a value of this kind as JSON. */
  encode(value: unknown, encoding: Encoding, depth: number): unknown;
  /** Whether a value may become a content block, so that its bytes are not in the JSON. */
  readonly mayAttach?: true;
  /** Throws an EncodeError for a value that `encode` cannot write the way `schema` promises. Called only where a schema is published. */
  assertEncodable?(value: unknown): void;
}

export const dateLeaf: Leaf = {
  schema: { type: 'string', format: 'date-time' },
  expected: 'an ISO 8601 date-time such as 2026-01-31T09:00:00Z',
  fits: (wire) => typeof wire === 'string' && isDateTime(wire),
  decode: (wire) => parseDateTime(wire as string),
  attempt: (wire) => (typeof wire === 'string' ? parseDateTime(wire) : undefined),
  mend: mendDateTime,
  is: (value) => value instanceof Date,
  encode: (value) => (Number.isNaN((value as Date).getTime()) ? null : (value as Date).toISOString()),
  assertEncodable(value) {
    const time = (value as Date).getTime();
    if (Number.isNaN(time)) throw new EncodeError('is an invalid date');
    if (time < firstMoment || time > lastMoment) {
      const text = (value as Date).toISOString();
      throw new EncodeError(`is ${text}, but the year of a date-time must be from 0 to 9999`);
    }
  },
};

const minutesPattern = /^(\d{4}-\d\d-\d\d[Tt\s]\d\d:\d\d)([Zz]|[+-]\d\d(?::?\d\d)?)$/;

/** Adds the time to a date without one, and the seconds to a date-time without them. */
function mendDateTime(wire: unknown): unknown {
  // The usual form goes on with its seconds, and needs nothing.
  if (typeof wire !== 'string' || wire.length > 32 || wire[16] === ':') return wire;
  if (wire.length === 10 && isPlainDate(wire)) return `${wire}T00:00:00Z`;
  const whole = wire.replace(minutesPattern, '$1:00$2');
  return isDateTime(whole) ? whole : wire;
}

// ECMA-262 allows years of more than four digits. The `date-time` format of JSON Schema does not.
const firstMoment = Date.parse('0000-01-01T00:00:00.000Z');
const lastMoment = Date.parse('9999-12-31T23:59:59.999Z');

const maxBigintDigits = 4096;
const bigintPattern = /^-?\d+$/;

export const bigintLeaf: Leaf = {
  schema: { type: 'string', pattern: bigintPattern.source },
  input: {
    type: ['string', 'integer'],
    pattern: bigintPattern.source,
    maxLength: maxBigintDigits,
    minimum: Number.MIN_SAFE_INTEGER,
    maximum: Number.MAX_SAFE_INTEGER,
  },
  expected: 'an integer, as a string of decimal digits such as "12345678901234567890"',
  fits: (wire) =>
    typeof wire === 'string'
      ? wire.length <= maxBigintDigits && bigintPattern.test(wire)
      : Number.isSafeInteger(wire),
  isLoose: (wire) => typeof wire === 'number',
  decode: (wire) => BigInt(wire as string | number),
  refuse: (wire) =>
    typeof wire === 'string' && wire.length > maxBigintDigits
      ? `expected a whole number of at most ${maxBigintDigits} digits, received ${wire.length} characters`
      : undefined,
  is: (value) => typeof value === 'bigint',
  encode: String,
};

/** For a parser that makes the bigint itself (coercion). The limit still applies: parsing a million digits takes a second. */
export const coercedBigintLeaf: Leaf = { ...bigintLeaf, decode: (wire) => wire };

export const nanLeaf: Leaf = {
  schema: { type: 'string', const: 'NaN' },
  expected: '"NaN"',
  fits: (wire) => wire === 'NaN',
  decode: Number,
  encode: String,
};

// What the WHATWG URL standard and RFC 3986 agree on. Published beside `format`, so that both sides accept the same URLs.
const urlPattern = /^[A-Za-z][A-Za-z0-9+.-]*:(?:\/\/+(?=[^/?#:@])|(?!\/\/)(?=.))[^\s<>"{}|\\^`]*$/;

export const urlLeaf: Leaf = {
  schema: { type: 'string', format: 'uri', pattern: urlPattern.source },
  expected: 'a URL such as https://example.com/page',
  fits: (wire) => typeof wire === 'string' && urlPattern.test(wire) && URL.canParse(wire),
  decode: (wire) => new URL(wire as string),
  is: (value) => value instanceof URL,
  encode: (value) => (value as URL).href,
};

const regexpPattern = /^\/([\s\S]+)\/([dgimsuvy]*)$/;

export const regexpLeaf: Leaf = {
  schema: {
    type: 'string',
    pattern: regexpPattern.source,
    description: 'a regular expression of JavaScript, such as /^a.*z$/i',
  },
  expected: 'a regular expression such as /^a.*z$/i',
  fits: (wire) => parseRegExp(wire) !== undefined,
  decode: parseRegExp,
  mend: (wire) =>
    typeof wire === 'string' && !wire.startsWith('/') && wire !== '' ? String(toRegExp(wire) ?? wire) : wire,
  is: (value) => value instanceof RegExp,
  encode: String,
};

function parseRegExp(wire: unknown): RegExp | undefined {
  const parts = typeof wire === 'string' && wire.length <= 10_000 ? regexpPattern.exec(wire) : null;
  return parts === null ? undefined : toRegExp(parts[1]!, parts[2]);
}

function toRegExp(source: string, flags?: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** A class that is made from bytes: Uint8Array and its subclasses, such as Node's Buffer, and ArrayBuffer. */
export function bytesLeaf(make: (bytes: Bytes) => unknown): Leaf {
  return {
    schema: {
      type: 'string',
      description: 'base64, or attachment:<n> for the n-th file among the content blocks',
      pattern: `^(?:attachment:[0-9]+$|${base64Pattern.slice(1)})`,
    },
    input: { type: 'string', contentEncoding: 'base64', pattern: base64Pattern },
    mayAttach: true,
    expected: 'base64',
    fits: (wire) => typeof wire === 'string' && isBase64(wire),
    decode: (wire) => make(fromBase64(wire as string)),
    mend: (wire) => (typeof wire === 'string' ? toCanonicalBase64(wire) : wire),
    refuse: (wire) =>
      typeof wire === 'string' ? 'expected base64, received text that is not base64' : undefined,
    is: (value) => value instanceof Uint8Array || value instanceof ArrayBuffer,
    encode(value, { files }, depth) {
      const bytes = value instanceof ArrayBuffer ? new Uint8Array(value) : (value as Uint8Array);
      return files === undefined ? toBase64(bytes) : files.addBytes(bytes, depth);
    },
  };
}

export const uint8ArrayLeaf: Leaf = bytesLeaf((bytes) => bytes);

export const arrayBufferLeaf: Leaf = bytesLeaf((bytes) => bytes.buffer);

/** Literals of which JSON has no form for at least one. Those are sent as strings, the others unchanged. */
export function literalLeaf(values: readonly unknown[]): Leaf {
  const byWire = new Map(values.map((value) => [toWireLiteral(value), value]));
  const words = [...byWire.keys()];
  return {
    schema: words.length === 1 ? { const: words[0] } : { enum: words },
    expected: words.map((word) => JSON.stringify(word)).join(' or '),
    fits: (wire) => byWire.has(wire),
    decode: (wire) => byWire.get(wire),
    mend: (wire) =>
      Number.isSafeInteger(wire) && !byWire.has(wire) && byWire.has(String(wire)) ? String(wire) : wire,
    encode: toWireLiteral,
  };
}

function toWireLiteral(value: unknown): unknown {
  const isString = typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value));
  return isString ? String(value) : value;
}

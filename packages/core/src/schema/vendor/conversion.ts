import {
  bigintLeaf,
  bytesLeaf,
  dateLeaf,
  literalLeaf,
  regexpLeaf,
  urlLeaf,
  type Leaf,
} from '../wire/leaf.ts';
import { codecLeaf } from '../wire/codec-leaf.ts';
import { fileLeaf, toBlob, toFile } from '../wire/file-leaf.ts';
import { isTaught, type TaughtClass, type WireCodec } from '../codec.ts';
import type { JsonSchema } from '../json-schema.ts';
import { marked, setMark, type Mark } from '../mark.ts';

/** How valibot's, or another copy of zod's, own function looks from here. */
export type Converter = (schema: any, options?: any) => unknown;

/** The insides of a validator's schema, of whatever version: read, never written, and not typed by anyone. */
export type Internals = Record<string, any>;

/** Converters of validators that carry none on the schema itself. */
export interface Converters {
  /** `toJSONSchema` of the app's own zod 4: only where zod/mini or zod 4.0 comes from another copy than ours. */
  zod?: Converter;
  /** `toJsonSchema` of `@valibot/to-json-schema`. */
  valibot?: Converter;
}

/** What one conversion shares: the direction, and the table that leaf marks point into. */
export class Conversion {
  readonly io: 'input' | 'output';
  readonly converters: Converters;
  readonly codecs: readonly WireCodec[];
  readonly leaves: Leaf[] = [];

  constructor(io: 'input' | 'output', converters: Converters = {}, codecs: readonly WireCodec[] = []) {
    this.io = io;
    this.converters = converters;
    this.codecs = codecs;
  }

  /** Makes `target` say that this leaf is here, whatever the converter put there. */
  putLeaf(target: JsonSchema, leaf: Leaf): void {
    clearStructure(target);
    let index = this.leaves.indexOf(leaf);
    if (index === -1) index = this.leaves.push(leaf) - 1;
    Object.assign(target, this.published(leaf));
    setMark(target, { is: 'leaf', leaf: index });
  }

  /** What is published for a leaf that the parser makes itself: neither decoded nor repaired. */
  putAsIs(target: JsonSchema, leaf: Leaf): void {
    clearStructure(target);
    Object.assign(target, this.published(leaf));
    setMark(target, { is: 'asIs' });
  }

  leafSchema(leaf: Leaf): JsonSchema {
    const schema: JsonSchema = {};
    this.putLeaf(schema, leaf);
    return schema;
  }

  /** Makes `target` stand for what this codec teaches. */
  putCodec(target: JsonSchema, codec: WireCodec): void {
    if (isTaught(codec)) this.putLeaf(target, this.codecLeaf(codec));
    else this.putClass(target, codec.class);
  }

  /** Makes `target` stand for an instance of this class, or say why it cannot. */
  putClass(target: JsonSchema, Class: unknown): void {
    const codec = this.taught.find((each) => each.class !== undefined && each.class === Class);
    const leaf = codec === undefined ? leafOfClass(Class) : this.codecLeaf(codec);
    if (leaf !== undefined) return this.putLeaf(target, leaf);
    clearStructure(target);
    if (Class === Map)
      Object.assign(target, marked({ is: 'map' }, { type: 'object', additionalProperties: {} }));
    else if (Class === Set) Object.assign(target, marked({ is: 'set' }, { type: 'array', items: {} }));
    else if (Class === FormData) Object.assign(target, formSchema(this));
    // Going out, an instance is what its toJSON or its own properties say.
    else if (this.io === 'input') setMark(target, noCodec(Class));
  }

  get taught(): TaughtClass[] {
    return this.codecs.filter(isTaught);
  }

  /** The leaves of classes that the app taught: their instances are known wherever they are met. */
  get taughtLeaves(): Leaf[] {
    return this.taught.filter((codec) => codec.class !== undefined).map((codec) => this.codecLeaf(codec));
  }

  readonly #codecLeaves = new Map<TaughtClass, Leaf>();

  codecLeaf(codec: TaughtClass): Leaf {
    let leaf = this.#codecLeaves.get(codec);
    if (leaf === undefined) this.#codecLeaves.set(codec, (leaf = codecLeaf(codec)));
    return leaf;
  }

  /** The codec that names this very schema object. */
  codecFor(parser: unknown): WireCodec | undefined {
    return this.codecs.find((codec) => codec.parser !== undefined && codec.parser === parser);
  }

  published(leaf: Leaf): JsonSchema {
    return structuredClone((this.io === 'input' ? leaf.input : undefined) ?? leaf.schema);
  }
}

const classLeaves = new Map<unknown, Leaf>([
  [Date, dateLeaf],
  [BigInt, bigintLeaf],
  [URL, urlLeaf],
  [RegExp, regexpLeaf],
  [File, fileLeaf('File', toFile)],
  [Blob, fileLeaf('Blob', toBlob)],
  [
    Uint8Array,
    bytesLeaf(
      (bytes) => bytes,
      (value) => value instanceof Uint8Array,
    ),
  ],
  [
    ArrayBuffer,
    bytesLeaf(
      (bytes) => bytes.buffer,
      (value) => value instanceof ArrayBuffer,
    ),
  ],
]);

/** The leaf of a class that every runtime has, of Node's Buffer, or of whatever extends Uint8Array with a `from`. */
export function leafOfClass(Class: unknown): Leaf | undefined {
  const known = classLeaves.get(Class);
  if (known !== undefined || typeof Class !== 'function') return known;
  if (!(Class.prototype instanceof Uint8Array)) return undefined;
  const Bytes = Class as unknown as { from(buffer: ArrayBuffer): Uint8Array };
  // Buffer.from shares the memory of an ArrayBuffer; other subclasses would read it as a list of nothing.
  const make = (bytes: Uint8Array<ArrayBuffer>): unknown =>
    Class.name === 'Buffer'
      ? Bytes.from(bytes.buffer)
      : new (Class as unknown as Uint8ArrayConstructor)(bytes.buffer);
  const leaf = bytesLeaf(make, (value) => value instanceof Class);
  classLeaves.set(Class, leaf);
  return leaf;
}

/** A literal that JSON cannot say, or one among literals that it can. */
export function literals(values: readonly unknown[]): Leaf {
  return literalLeaf(values, (value) =>
    typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value))
      ? String(value)
      : value,
  );
}

/** Whether JSON can say all of these literals. */
export function areJson(values: readonly unknown[]): boolean {
  return values.every(
    (value) =>
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value)),
  );
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
export function clearStructure(schema: JsonSchema): void {
  for (const keyword of Object.keys(schema)) if (!ANNOTATIONS.has(keyword)) delete schema[keyword];
}

function formSchema(conversion: Conversion): JsonSchema {
  const file = conversion.leafSchema(classLeaves.get(File)!);
  const entry: JsonSchema = { anyOf: [{ type: ['string', 'number', 'boolean'] }, file] };
  return marked(
    { is: 'form' },
    {
      type: 'object',
      description: 'Fields of a form: text, files as { name, mimeType, data (base64) }, or lists of them.',
      additionalProperties: { anyOf: [...(entry['anyOf'] as JsonSchema[]), { type: 'array', items: entry }] },
    },
  );
}

function noCodec(Class: unknown): Mark {
  const name = (Class as { name?: string } | undefined)?.name ?? 'a class';
  return {
    is: 'never',
    code: 'CODEC_MISSING',
    reason: `an instance of ${name} cannot be made from JSON; teach it with the option codecs: [{ class: ${name}, schema, decode, encode }]`,
  };
}

import { isClass, isTaught, recognises, type TaughtClass, type WireCodec } from '../codec.ts';
import { codecLeaf } from '../wire/codec-leaf.ts';
import { fileLeaf, toBlob, toFile } from '../wire/file-leaf.ts';
import { setOwn, type JsonSchema } from '../json-schema.ts';
import {
  arrayBufferLeaf,
  bigintLeaf,
  bytesLeaf,
  dateLeaf,
  regexpLeaf,
  uint8ArrayLeaf,
  urlLeaf,
  type Leaf,
} from '../wire/leaf.ts';
import { marked, setMark, setStrips, type Mark } from '../mark.ts';

/** A function of valibot, or of another copy of zod, that makes a JSON Schema. */
export type Converter = (schema: any, options?: any) => unknown;

/** The internals of a validator's schema, of any version. They have no public types. We read them and never change them. */
export type Internals = Record<string, any>;

/** Converters for validators whose schemas have none of their own. */
export interface Converters {
  /** `toJSONSchema` of the app's own zod 4. Needed only if zod/mini or zod 4.0 comes from another copy than ours. */
  zod?: Converter;
  /** `toJsonSchema` of `@valibot/to-json-schema`. */
  valibot?: Converter;
}

/** What the steps of one conversion share: the direction, and the table that leaf marks point into. */
export class Conversion {
  readonly io: 'input' | 'output';
  readonly converters: Converters;
  readonly codecs: readonly WireCodec[];
  readonly leaves: Leaf[] = [];
  /** Whether `putStrips` notes objects whose validator drops unknown keys. */
  readonly notesStrips: boolean;

  constructor(
    io: 'input' | 'output',
    converters: Converters = {},
    codecs: readonly WireCodec[] = [],
    notesStrips = false,
  ) {
    this.io = io;
    this.notesStrips = notesStrips;
    this.converters = converters;
    this.codecs = codecs;
  }

  /** Notes that the validator drops the keys that this object schema does not mention. */
  putStrips(target: JsonSchema): void {
    if (this.notesStrips) setStrips(target);
  }

  /** Replaces what the converter wrote into `target` by this leaf. */
  putLeaf(target: JsonSchema, leaf: Leaf): void {
    clearStructure(target);
    let index = this.leaves.indexOf(leaf);
    if (index === -1) index = this.leaves.push(leaf) - 1;
    Object.assign(target, this.published(leaf));
    setMark(target, { is: 'leaf', leaf: index });
    if (leaf.dropsKeys) this.putStrips(target);
  }

  /** Publishes a leaf that the parser decodes itself (coercion): the value is neither decoded nor repaired. */
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

  /** Makes `target` the schema of what this codec teaches. */
  putCodec(target: JsonSchema, codec: WireCodec): void {
    if (isTaught(codec)) this.putLeaf(target, this.codecLeaf(codec));
    else this.putClass(target, codec.class);
  }

  /** Makes `target` the schema of an instance of this class, or marks it as impossible and says why. */
  putClass(target: JsonSchema, Class: unknown): void {
    const codec = this.taughtClasses.find((each) => isClass(each, Class));
    const leaf = codec === undefined ? leafOfClass(Class) : this.codecLeaf(codec);
    if (leaf !== undefined) return this.putLeaf(target, leaf);
    clearStructure(target);
    if (Class === Map) {
      Object.assign(target, marked({ is: 'map' }, { type: 'object', additionalProperties: {} }));
    } else if (Class === Set) {
      Object.assign(target, marked({ is: 'set' }, { type: 'array', items: {} }));
    } else if (Class === FormData) {
      Object.assign(target, formSchema(this));
    } else if (this.io === 'input') {
      // In an output, any instance can be encoded: by its toJSON, or as its own properties.
      setMark(target, noCodec(Class));
    }
  }

  /** The codecs that name a class. Instances of these classes are encoded wherever they occur. */
  get taughtClasses(): TaughtClass[] {
    return this.codecs.filter(isTaught).filter((codec) => codec.class !== undefined);
  }

  readonly #codecLeaves = new Map<TaughtClass, Leaf>();

  codecLeaf(codec: TaughtClass): Leaf {
    let leaf = this.#codecLeaves.get(codec);
    if (leaf === undefined) this.#codecLeaves.set(codec, (leaf = codecLeaf(codec)));
    return leaf;
  }

  /** Finds the codec that names this very schema object, or whose predicate recognises it. */
  codecFor(parser: unknown): WireCodec | undefined {
    if (parser === undefined) return undefined;
    return this.codecs.find((codec) => codec.parser === parser || recognises(codec, parser));
  }

  /** Whether a codec names its class by the name only. */
  get hasClassNames(): boolean {
    return this.codecs.some((codec) => typeof codec.class === 'string');
  }

  published(leaf: Leaf): JsonSchema {
    return copyOf((this.io === 'input' ? leaf.input : undefined) ?? leaf.schema);
  }
}

/** A copy of a schema, which is plain JSON: `structuredClone` takes many times as long for one of two keywords. */
function copyOf<TValue>(value: TValue): TValue {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as TValue;
  const copy = {};
  for (const key of Object.keys(value)) setOwn(copy, key, copyOf((value as Record<string, unknown>)[key]));
  return copy as TValue;
}

const classLeaves = new Map<unknown, Leaf>([
  [Date, dateLeaf],
  [BigInt, bigintLeaf],
  [URL, urlLeaf],
  [RegExp, regexpLeaf],
  [File, fileLeaf(toFile)],
  [Blob, fileLeaf(toBlob)],
  [Uint8Array, uint8ArrayLeaf],
  [ArrayBuffer, arrayBufferLeaf],
]);

/** Finds the leaf of a class that every runtime has, or makes one for a subclass of Uint8Array, such as Node's Buffer. */
function leafOfClass(Class: unknown): Leaf | undefined {
  const known = classLeaves.get(Class);
  if (known !== undefined || typeof Class !== 'function') return known;
  if (!(Class.prototype instanceof Uint8Array)) return undefined;
  const Bytes = Class as unknown as { from(buffer: ArrayBuffer): Uint8Array };
  // Buffer.from uses the memory of an ArrayBuffer. In other subclasses, `from` would read an ArrayBuffer as an empty list.
  const make = (bytes: Uint8Array<ArrayBuffer>): unknown =>
    Class.name === 'Buffer'
      ? Bytes.from(bytes.buffer)
      : new (Class as unknown as Uint8ArrayConstructor)(bytes.buffer);
  const leaf = bytesLeaf(make);
  classLeaves.set(Class, leaf);
  return leaf;
}

/** Whether JSON has a form for all of these literals. */
export function areJson(values: readonly unknown[]): boolean {
  return values.every(
    (value) =>
      value === null ||
      typeof value === 'string' ||
      typeof value === 'boolean' ||
      (typeof value === 'number' && Number.isFinite(value)),
  );
}

const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$ref',
]);

/** Removes everything from a schema except its annotations, such as the description. */
export function clearStructure(schema: JsonSchema): void {
  for (const keyword of Object.keys(schema)) if (!annotations.has(keyword)) delete schema[keyword];
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

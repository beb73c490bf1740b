import fc from 'fast-check';
import { mayBeAbsent, type Type } from './type.ts';

/** A value as a parser expects it, and the same value on the wire. `wire: undefined` is a property that is left out. */
export interface Sample {
  value: unknown;
  wire: unknown;
}

/** Makes values of a type, with their form on the wire by the published conventions. */
export function samplesOf(type: Type, depth = 0): fc.Arbitrary<Sample> {
  switch (type.kind) {
    case 'string':
      return texts.map(same);
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => same(n === 0 ? 0 : n));
    case 'int':
      return fc.maxSafeInteger().map(same);
    case 'boolean':
      return fc.boolean().map(same);
    case 'null':
      return fc.constant(same(null));
    case 'any':
      return json.map(same);
    case 'literal':
      return fc.constantFrom(...type.values).map(same);
    case 'bigintLiteral':
      return fc.constant({ value: type.value, wire: String(type.value) });
    case 'enum':
      return fc.constantFrom(...type.keys).map(same);
    case 'date':
      return dates;
    case 'bigint':
      return fc
        .bigInt({ min: -(2n ** 200n), max: 2n ** 200n })
        .map((value) => ({ value, wire: String(value) }));
    case 'nan':
      return fc.constant({ value: Number.NaN, wire: 'NaN' });
    case 'url':
      return fc.webUrl({ withQueryParameters: true }).map((wire) => ({ value: new URL(wire), wire }));
    case 'regexp':
      return fc
        .constantFrom(/a/, /^a.b$/i, /\p{L}+/u, /x\/y/gs)
        .map((value) => ({ value, wire: String(value) }));
    case 'bytes':
      return fc
        .uint8Array({ maxLength: 40 })
        .map((bytes) => ({ value: new Uint8Array(bytes), wire: base64(bytes) }));
    case 'file':
      return files.map(({ bytes, name, mimeType }) => ({
        value: new File([new Uint8Array(bytes)], name, { type: mimeType }),
        wire: { name, mimeType, data: base64(bytes) },
      }));
    case 'blob':
      return files.map(({ bytes, mimeType }) => ({
        value: new Blob([new Uint8Array(bytes)], { type: mimeType }),
        wire: { mimeType, data: base64(bytes) },
      }));
    case 'template':
      return fc.nat().map((n) => same(`v${n}`));
    case 'array':
      return fc.array(samplesOf(type.of, depth), { maxLength: 3 }).map(listOf);
    case 'set':
      return unique(samplesOf(type.of, depth)).map((items) => ({
        value: new Set(items.map((item) => item.value)),
        wire: items.map((item) => item.wire),
      }));
    case 'record':
      return entries(samplesOf(type.of, depth)).map((pairs) => objectOf(pairs));
    case 'map':
      return entries(samplesOf(type.of, depth)).map((pairs) => ({
        value: new Map(pairs.map(([key, item]) => [key, item.value])),
        wire: objectOf(pairs).wire,
      }));
    case 'pairs':
      return pairsOf(samplesOf(type.key, depth), samplesOf(type.of, depth));
    case 'optional':
    case 'default':
    case 'prefault':
      return fc.oneof({ weight: 1, arbitrary: absent }, { weight: 3, arbitrary: samplesOf(type.of, depth) });
    case 'catch':
    case 'readonly':
    case 'brand':
    case 'lazy':
    case 'transform':
      return samplesOf(type.of, depth);
    case 'codec':
      return dates; // a codec from a date: the in side
    case 'nullable':
      return fc.oneof(
        { weight: 1, arbitrary: fc.constant(same(null)) },
        { weight: 3, arbitrary: samplesOf(type.of, depth) },
      );
    case 'tuple': {
      const rest =
        type.rest === undefined ? fc.constant([]) : fc.array(samplesOf(type.rest, depth), { maxLength: 2 });
      return fc
        .tuple(fc.tuple(...type.items.map((item) => samplesOf(item, depth))), rest)
        .map(([items, more]) => listOf([...items, ...more]));
    }
    case 'enumRecord':
      return shaped(Object.fromEntries(type.keys.map((key) => [key, type.of])), depth);
    case 'partialRecord':
      return fc
        .subarray(type.keys)
        .chain((some) => shaped(Object.fromEntries(some.map((key) => [key, type.of])), depth));
    case 'object':
      return shaped(type.shape, depth);
    case 'intersection':
      return fc
        .tuple(samplesOf(type.left, depth), samplesOf(type.right, depth))
        .map(([left, right]) => merge(left, right));
    case 'variants':
      return fc
        .constantFrom(...Object.keys(type.options))
        .chain((name) =>
          shaped(type.options[name]!, depth).map((item) => merge(same({ [type.key]: name }), item)),
        );
    case 'union':
      return fc.oneof(...type.options.map((option) => samplesOf(option, depth)));
    case 'tree':
      return treesOf(type, depth);
    default:
      throw new Error('every kind has samples');
  }
}

const same = (value: unknown): Sample => ({ value, wire: value });
const absent = fc.constant<Sample>({ value: undefined, wire: undefined });
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

// Texts that a codec or a repair could change by mistake.
const texts = fc.oneof(
  { weight: 3, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '5',
      'true',
      'null',
      '[1]',
      '{"a":1}',
      '2026-01-31T09:00:00Z',
      'NaN',
      'aGk=',
      '/a/i',
      '',
    ),
  },
);

const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const dates: fc.Arbitrary<Sample> = fc
  .tuple(
    fc.date({
      min: new Date('0001-01-02T00:00:00Z'),
      max: new Date('9999-12-30T00:00:00Z'),
      noInvalidDate: true,
    }),
    fc.constantFrom('ms', 's', 'offset'),
  )
  .map(([date, form]) => {
    if (form === 'ms') return { value: date, wire: date.toISOString() };
    const whole = new Date(Math.floor(date.getTime() / 1000) * 1000);
    if (form === 's') return { value: whole, wire: whole.toISOString().replace('.000', '') };
    const shifted = new Date(whole.getTime() + 5.5 * 3_600_000);
    return { value: whole, wire: shifted.toISOString().replace('.000Z', '+05:30') };
  });

const files = fc.record({
  bytes: fc.uint8Array({ maxLength: 20 }),
  name: fc.constantFrom('a.txt', 'ü b.png', 'file'),
  mimeType: fc.constantFrom('', 'text/plain', 'image/png'),
});

const names = fc
  .oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom('a', '1', 'constructor', 'toString', 'hasOwnProperty', '2026-01-31'),
  )
  .filter((name) => name !== '__proto__');

function unique(items: fc.Arbitrary<Sample>): fc.Arbitrary<Sample[]> {
  return fc.uniqueArray(items, { maxLength: 3, selector: (item) => JSON.stringify(item.wire) });
}

function entries(items: fc.Arbitrary<Sample>): fc.Arbitrary<[string, Sample][]> {
  return fc.uniqueArray(fc.tuple(names, items), { maxLength: 3, selector: ([key]) => key });
}

function pairsOf(keys: fc.Arbitrary<Sample>, items: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc
    .uniqueArray(fc.tuple(keys, items), { maxLength: 3, selector: ([key]) => JSON.stringify(key.wire) })
    .map((pairs) => ({
      value: new Map(pairs.map(([key, item]) => [key.value, item.value])),
      wire: pairs.map(([key, item]) => [key.wire, item.wire]),
    }));
}

function listOf(items: Sample[]): Sample {
  return { value: items.map((item) => item.value), wire: items.map((item) => item.wire) };
}

function objectOf(pairs: [string, Sample][]): Sample {
  const present = pairs.filter(([, item]) => item.wire !== undefined);
  return {
    value: Object.fromEntries(present.map(([key, item]) => [key, item.value])),
    wire: Object.fromEntries(present.map(([key, item]) => [key, item.wire])),
  };
}

function merge(left: Sample, right: Sample): Sample {
  return {
    value: { ...(left.value as object), ...(right.value as object) },
    wire: { ...(left.wire as object), ...(right.wire as object) },
  };
}

function shaped(shape: Record<string, Type>, depth: number): fc.Arbitrary<Sample> {
  const keys = Object.keys(shape);
  return fc
    .tuple(
      ...keys.map((name) =>
        mayBeAbsent(shape[name]!)
          ? fc.oneof(absent, samplesOf(shape[name]!, depth))
          : samplesOf(shape[name]!, depth),
      ),
    )
    .map((items) => objectOf(items.map((item, index) => [keys[index]!, item])));
}

// Makes an object { leaf, next? } whose `next` is such an object again.
function treesOf(type: Type & { kind: 'tree' }, depth: number): fc.Arbitrary<Sample> {
  const leaf = samplesOf(type.leaf, depth);
  if (depth >= 2) return leaf.map((item) => objectOf([['leaf', item]]));
  const node = treesOf(type, depth + 1);
  const next = {
    array: () => fc.array(node, { maxLength: 2 }).map(listOf),
    set: () =>
      unique(node).map((items) => ({
        value: new Set(items.map((i) => i.value)),
        wire: items.map((i) => i.wire),
      })),
    map: () =>
      entries(node).map((pairs) => ({
        value: new Map(pairs.map(([key, item]) => [key, item.value])),
        wire: objectOf(pairs).wire,
      })),
    pairs: () => pairsOf(samplesOf({ kind: 'bigint' }), node),
    record: () => entries(node).map(objectOf),
    optional: () => node,
  }[type.via]();
  return fc.tuple(leaf, fc.oneof(absent, next)).map(([item, more]) =>
    objectOf([
      ['leaf', item],
      ['next', more],
    ]),
  );
}

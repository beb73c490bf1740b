import fc from 'fast-check';
import { type JsonSchema, deref, isSchema, setOwn } from '../../../src/schema/json-schema.ts';

/** How deep objects and lists are filled in, before only what is required is. */
const deepest = 4;

/**
 * Makes values that a published schema allows, among them those at its edges: other offsets of a date-time, integers that
 * are not safe, other schemes of a URL. A few do not fit after all, where several schemas are combined.
 */
export function allowedBy(schema: JsonSchema): fc.Arbitrary<unknown> {
  return valuesOf(schema, schema, deepest);
}

function valuesOf(raw: unknown, root: JsonSchema, left: number): fc.Arbitrary<unknown> {
  if (!isSchema(raw)) return json;
  const node = deref(root, raw);
  // A definition is referred to from many places, and its values are the same in all of them.
  const known = made.get(node) ?? new Map<number, fc.Arbitrary<unknown>>();
  made.set(node, known);
  const values = known.get(left) ?? makeValues(node, root, left);
  known.set(left, values);
  return values;
}

const made = new WeakMap<JsonSchema, Map<number, fc.Arbitrary<unknown>>>();

function makeValues(node: JsonSchema, root: JsonSchema, left: number): fc.Arbitrary<unknown> {
  const { allOf, anyOf, oneOf, ...beside } = node;
  if ('const' in node) return fc.constant(node['const']);
  if (Array.isArray(node['enum'])) return fc.constantFrom(...(node['enum'] as unknown[]));
  if (Array.isArray(allOf)) {
    const parts = (allOf as JsonSchema[]).map((part) => deref(root, part));
    return valuesOf({ ...combine([beside, ...parts]), ...(Array.isArray(anyOf) && { anyOf }) }, root, left);
  }
  const branches = (anyOf ?? oneOf) as JsonSchema[] | undefined;
  if (branches !== undefined) {
    const possible = left > 0 ? branches : [lightest(branches, root)];
    return fc.oneof(
      ...possible.map((branch) => valuesOf(combine([beside, deref(root, branch)]), root, left)),
    );
  }
  const types = Array.isArray(node.type) ? node.type : [node.type ?? typeOf(node)];
  return fc.oneof(...types.map((type) => ofType(type, node, root, left)));
}

function ofType(
  type: string | undefined,
  node: JsonSchema,
  root: JsonSchema,
  left: number,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return objectsOf(node, root, left);
    case 'array':
      return arraysOf(node, root, left);
    case 'string':
      return textsOf(node);
    case 'number':
    case 'integer':
      return numbersOf(node, type === 'integer');
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return json;
  }
}

const json = fc
  .jsonValue({ maxDepth: 1 })
  .filter((value) => Object.keys(value ?? {}).every((name) => !(name in {})))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

function typeOf(node: JsonSchema): string | undefined {
  if ('properties' in node || 'additionalProperties' in node) return 'object';
  return 'items' in node || 'prefixItems' in node ? 'array' : undefined;
}

/** The branch with the shortest text, so that a recursive schema ends. */
function lightest(branches: readonly JsonSchema[], root: JsonSchema): JsonSchema {
  const length = (branch: JsonSchema) => JSON.stringify(deref(root, branch)).length;
  return branches.toSorted((one, other) => length(one) - length(other))[0]!;
}

function patternsOf({ pattern, patterns }: JsonSchema): string[] {
  if (Array.isArray(patterns)) return patterns as string[];
  return typeof pattern === 'string' ? [pattern] : [];
}

/** One schema in place of several that a value has to fit. */
function combine(parts: readonly JsonSchema[]): JsonSchema {
  const whole: JsonSchema = {};
  for (const part of parts) {
    const properties = { ...whole.properties };
    for (const [key, child] of Object.entries(part.properties ?? {})) {
      const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
      setOwn(properties, key, known === undefined ? child : { allOf: [known, child] });
    }
    const required = [...new Set([...(whole.required ?? []), ...(part.required ?? [])])];
    const patterns = [...patternsOf(whole), ...patternsOf(part)];
    Object.assign(whole, part);
    if (patterns.length > 1) whole['patterns'] = patterns;
    if (Object.keys(properties).length > 0) whole.properties = properties;
    if (required.length > 0) whole.required = required;
  }
  return whole;
}

function objectsOf(node: JsonSchema, root: JsonSchema, left: number): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], propertyNames, patternProperties, minProperties = 0 } = node;
  const named = Object.entries(properties).filter(([key]) => left > 0 || required.includes(key));
  const model = Object.fromEntries(named.map(([key, child]) => [key, valuesOf(child, root, left - 1)]));
  const own = fc.record(model, {
    requiredKeys: named.map(([key]) => key).filter((key) => required.includes(key)),
    noNullPrototype: true,
  });
  const others = node['additionalProperties'];
  const patterns = Object.entries((patternProperties ?? {}) as Record<string, JsonSchema>);
  const isOpen = isSchema(others) || (others === undefined && patterns.length === 0);
  const more = [
    ...patterns.map(([pattern, child]) => [fc.stringMatching(new RegExp(pattern, 'u')), child] as const),
    ...(isOpen
      ? [
          [
            isSchema(propertyNames) ? valuesOf({ type: 'string', ...propertyNames }, root, 0) : names,
            others,
          ] as const,
        ]
      : []),
  ];
  const least = minProperties as number;
  if (more.length === 0 || (left <= 0 && least === 0)) return own;
  const added = more.map(([key, child]) =>
    fc.dictionary(key as fc.Arbitrary<string>, valuesOf(child, root, left - 1), {
      minKeys: least,
      maxKeys: Math.max(least, left > 0 ? 3 : 0),
      noNullPrototype: true,
    }),
  );
  return fc
    .tuple(own, ...added)
    .map(
      ([first, ...rest]) =>
        Object.assign({}, ...rest.map((each) => without(each, properties)), first) as unknown,
    );
}

/** Names that no prototype has. */
const names = fc.oneof(
  fc.constantFrom('x', 'two words', 'größe', '0', 'a.b', '$ref', 'x[]'),
  fc.string({ maxLength: 6 }).filter((name) => !(name in {})),
);

function without(others: Record<string, unknown>, properties: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(others).filter(([key]) => !Object.hasOwn(properties, key)));
}

function arraysOf(node: JsonSchema, root: JsonSchema, left: number): fc.Arbitrary<unknown> {
  const { items, minItems = 0, maxItems = Infinity, uniqueItems } = node;
  const first = ((node['prefixItems'] ?? []) as JsonSchema[]).map((child) => valuesOf(child, root, left - 1));
  const [least, most] = [minItems as number, maxItems as number];
  // What is not needed is not made, so that a recursive schema ends.
  if (left <= 0 && least === 0) return fc.constant([]);
  const isClosed = items === false;
  const longest = isClosed ? first.length : Math.max(least, left > 0 ? first.length + 2 : 0);
  const item = valuesOf(items, root, left - 1);
  return fc.integer({ min: least, max: Math.max(least, Math.min(most, longest)) }).chain((length) => {
    const ahead = first.slice(0, length);
    const arity = { minLength: length - ahead.length, maxLength: length - ahead.length };
    const rest =
      uniqueItems === true
        ? fc.uniqueArray(item, { ...arity, selector: (each) => JSON.stringify(each) })
        : fc.array(item, arity);
    return fc.tuple(fc.tuple(...ahead), rest).map(([before, after]) => [...before, ...after]);
  });
}

function numbersOf(node: JsonSchema, isInteger: boolean): fc.Arbitrary<number> {
  const [minimum, maximum, above, below, multipleOf] = [
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
  ].map((keyword) => node[keyword] as number | undefined);
  // JSON has larger integers, but most readers of it change them, so nobody can mean one.
  const [least, most] = isInteger
    ? [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
    : [-Infinity, Infinity];
  const low = Math.max(minimum ?? -Infinity, above ?? -Infinity, least);
  const high = Math.min(maximum ?? Infinity, below ?? Infinity, most);
  const fits = (value: number) =>
    value >= low &&
    value <= high &&
    value !== above &&
    value !== below &&
    (!isInteger || Number.isInteger(value));
  const step = multipleOf ?? (isInteger ? 1 : undefined);
  const isLow = low > Number.MIN_SAFE_INTEGER;
  const base = isLow ? low : high < Number.MAX_SAFE_INTEGER ? high - 100 * (step ?? 1) : 0;
  const near =
    step === undefined
      ? fc.double({ min: base, max: Number.isFinite(high) ? high : base + 1000, noNaN: true })
      : fc.nat(100).map((count) => (Math.ceil(base / step) + count) * step);
  const edges = [low, high, low + 1, high - 1, 0, 1, -1, 0.5, 1e21, -1e21, 2 ** 53, 1e308]
    .filter((edge) => Number.isFinite(edge) && fits(edge))
    .filter((edge) => step === undefined || Number.isInteger(edge / step));
  const usual = near.filter(fits);
  return edges.length === 0 ? usual : fc.oneof(usual, fc.constantFrom(...edges));
}

/** Values of each format that the standards behind it allow. */
const byFormat: Record<string, readonly string[] | undefined> = {
  'date-time': [
    '2026-01-31T09:00:00Z',
    '2026-01-31t09:00:00.5z',
    '2026-01-31T09:00:00.123456+05:30',
    '1969-12-31T23:59:59-08:00',
    '2024-02-29T00:00:00+00:00',
  ],
  date: ['2026-01-31', '2024-02-29', '0001-01-01', '9999-12-31'],
  time: ['09:00:00Z', '23:59:59.123+02:00', '09:00:00', '09:00', '09:00:00.5'],
  duration: ['P1D', 'PT1H30M', 'P1Y2M3DT4H5M6S', 'P2W'],
  email: ['ada@example.com', 'a.b+c@mail.example.co', "o'neil@example.org", 'x_y-z@sub.example.io'],
  hostname: ['example.com', 'localhost', 'a-b.example.co', 'xn--bcher-kva.example'],
  ipv4: ['127.0.0.1', '255.255.255.255', '0.0.0.0'],
  ipv6: ['::1', '2001:db8::8a2e:370:7334', '::ffff:1.2.3.4', 'fe80::'],
  uri: [
    'https://example.com/a?b=c#d',
    'http://localhost:3000',
    'mailto:a@example.com',
    'urn:isbn:1',
    'ftp://a.example/x',
  ],
  'uri-reference': ['/a/b', '../c?d', 'https://example.com', '#x'],
  uuid: [
    '123e4567-e89b-42d3-a456-426614174000',
    '018f4d3c-7b1a-7c3e-9d2f-0123456789ab',
    '6ba7b810-9dad-11d1-80b4-00c04fd430c8',
    '00000000-0000-0000-0000-000000000000',
    '123e4567-e89b-02d3-0456-426614174000',
    'ABCDEF01-2345-4678-9ABC-DEF012345678',
  ],
};

function textsOf({
  format,
  pattern,
  patterns: several,
  minLength = 0,
  maxLength,
  contentEncoding,
}: JsonSchema): fc.Arbitrary<string> {
  const [least, most] = [minLength as number, (maxLength as number | undefined) ?? Infinity];
  const fits = (text: string) => countOf(text) >= least && countOf(text) <= most;
  const known = byFormat[format as string];
  if (known !== undefined) {
    const regExp = typeof pattern === 'string' ? new RegExp(pattern, 'u') : undefined;
    const fitting = known.filter((text) => fits(text) && regExp?.test(text) !== false);
    if (fitting.length > 0) return fc.constantFrom(...fitting);
  }
  const patterns = patternsOf({ pattern, patterns: several });
  if (patterns.length > 1) return ofPatterns(patterns).filter(fits);
  if (typeof pattern === 'string') return ofPattern(pattern).filter(fits);
  if (contentEncoding === 'base64') {
    return fc.uint8Array({ maxLength: 24 }).map((bytes) => Buffer.from(bytes).toString('base64'));
  }
  const arity = { minLength: least, maxLength: Math.min(most, least + 20) };
  const any = fc.oneof(fc.string(arity), fc.string({ ...arity, unit: 'grapheme' })).filter(fits);
  const usual = ['ada', '5', '-7', 'true', 'null', '', ' ', '{}', '2026-01-31', 'ß', '🏔️'].filter(fits);
  return usual.length === 0 ? any : fc.oneof(any, fc.constantFrom(...usual));
}

/** A `data:` URI is one form of a file. Other patterns are read as they are. */
function ofPattern(pattern: string): fc.Arbitrary<string> {
  const regExp = new RegExp(pattern, 'u');
  const files = ['text/plain', 'image/png'].map((type) => `data:${type};base64,aGk=`);
  const fitting = pattern.startsWith('^data:') ? files.filter((uri) => regExp.test(uri)) : [];
  return fitting.length > 0 ? fc.constantFrom(...fitting) : fc.stringMatching(regExp);
}

const anyText = String.raw`(?:.|\n|\r)*`;

/** Texts that several patterns match: what the first of them begin with, then what is in the middle, then the ends. */
function ofPatterns(patterns: readonly string[]): fc.Arbitrary<string> {
  const placeOf = (pattern: string): number => {
    if (!pattern.startsWith(`^${anyText}`)) return 0;
    return pattern.endsWith(`${anyText}$`) ? 1 : 2;
  };
  const inOrder = patterns.toSorted((one, other) => placeOf(one) - placeOf(other));
  const pieces = inOrder.map((pattern) =>
    fc.stringMatching(new RegExp(pattern.replaceAll(anyText, ''), 'u')),
  );
  const all = patterns.map((pattern) => new RegExp(pattern, 'u'));
  const joined = fc.tuple(...pieces).map((texts) => texts.join(''));
  // Where the patterns do not go together like that, whatever comes is left to the filter of the caller.
  return joined.map((text) => (all.every((regExp) => regExp.test(text)) ? text : 'x'));
}

/** In code points, as JSON Schema counts. */
function countOf(text: string): number {
  return Array.from(text).length;
}

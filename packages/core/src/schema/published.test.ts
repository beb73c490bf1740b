import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { describe, expect, it, test } from 'vitest';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { compileInput, type SchemaOptions } from './input.ts';
import type { JsonSchema } from './json-schema.ts';
import { compileOutput } from './output.ts';
import { toPlainPattern } from './publish/plain-pattern.ts';
import { SchemaProblem } from './problem.ts';
import { findInvalid } from './validity.ts';

const clients = [new Ajv2020({ strict: true }), new Ajv({ strict: false })] as const;
for (const ajv of clients) formats.default(ajv);

function accepts(schema: JsonSchema, value: unknown): boolean {
  return clients.every((ajv) => ajv.validate(schema, value));
}

/** The JSON of a result, and the schema that a client refuses it by. */
function misfit(parser: z.ZodType, value: unknown): unknown {
  const output = compileOutput(parser);
  const encoded = output.encode(parser.parse(value)) as { json: unknown };
  const json = JSON.parse(JSON.stringify(encoded.json ?? null)) as unknown;
  const wrapped = output.wrapped ? { result: json } : json;
  const legacy = output.mayBeAbsent && encoded.json === undefined ? {} : wrapped;
  for (const [schema, sent] of [
    [output.schema, json],
    [output.legacySchema, legacy],
  ] as const) {
    if (schema !== undefined && !accepts(schema, sent)) return { schema, sent };
  }
  return undefined;
}

/** Test bodies that serve both versions. */
const versions = [
  ['zod 4', z],
  ['zod 3', z3 as unknown as typeof z],
] as const;

class Money {
  readonly cents: number;

  constructor(cents: number) {
    this.cents = cents;
  }
}
const money = {
  schema: { type: 'integer' },
  decode: (wire: unknown) => new Money(wire as number),
  encode: ({ cents }: Money) => cents,
};

function propertiesOf(parser: unknown, options: SchemaOptions = {}): Record<string, JsonSchema> | undefined {
  return compileInput([parser], options).schema.properties;
}

function problemOf(parser: unknown, options: SchemaOptions = {}): string {
  try {
    compileInput([parser], options);
    return 'none';
  } catch (error) {
    if (error instanceof SchemaProblem) return `${error.code} ${error.message}`;
    throw error;
  }
}

it('bounds of zod 3 are numbers, and the tightest of several counts', () => {
  expect(
    propertiesOf(
      z3.object({
        a: z3.number().positive(),
        b: z3.number().int().lt(5).lt(9).gte(1),
        c: z3.number().min(3).min(1).negative().finite(),
      }),
    ),
  ).toEqual({
    a: { type: 'number', minimum: 0, description: 'more than 0' },
    b: { type: 'integer', minimum: 1, maximum: 4 },
    c: { type: 'number', minimum: 3, maximum: 0, description: 'less than 0' },
  });
});

describe.each(versions)('%s', (_version, zod) => {
  const base = zod.object({ id: zod.string() });
  const kinds = zod.discriminatedUnion('kind', [
    zod.object({ kind: zod.literal('a'), a: zod.string() }),
    zod.object({ kind: zod.literal('b'), b: zod.number() }),
  ]);

  it.each([
    ['and', base.and(kinds)],
    ['swapped', kinds.and(base)],
    [
      'union',
      base.and(
        zod.union([
          zod.object({ kind: zod.literal('a'), a: zod.string() }),
          zod.object({ kind: zod.literal('b'), b: zod.number() }),
        ]),
      ),
    ],
  ])('closes an intersection as a whole in an output: %s', (_name, parser) => {
    expect(compileOutput(parser).schema).toMatchObject({
      anyOf: [
        { properties: { id: {}, kind: {}, a: {} }, additionalProperties: false },
        { properties: { id: {}, kind: {}, b: {} }, additionalProperties: false },
      ],
    });
  });

  it('closes by unevaluatedProperties what has too many alternatives', () => {
    const many = zod.union(
      Array.from({ length: 33 }, (_, n) => zod.object({ [`k${n}`]: zod.string() })) as unknown as [
        z.ZodType,
        z.ZodType,
      ],
    );
    const { schema, legacySchema } = compileOutput(zod.object({ one: base.and(many) }));
    expect(schema?.properties?.['one']).toMatchObject({ type: 'object', unevaluatedProperties: { not: {} } });
    const text = JSON.stringify(schema?.properties?.['one']);
    expect(text).not.toContain('"additionalProperties":false');
    expect(legacySchema).toEqual(schema);
  });

  it.each([
    ['an object', () => zod.object({ b: zod.number() }), { b: 1 }],
    [
      'a union',
      () => zod.union([zod.object({ b: zod.number() }), zod.object({ c: zod.number() })]),
      { c: 1 },
    ],
  ])('an intersection of %s and of what it is inside of ends', (_name, other, sent) => {
    const node: z.ZodType = zod.object({
      id: zod.string(),
      next: zod.lazy(() => zod.intersection(node, other()).optional()),
      list: zod.lazy(() => zod.array(zod.intersection(node, other()))).optional(),
    });
    const input = compileInput([node]);
    const args = {
      id: 'a',
      next: { id: 'b', ...sent, next: { id: 'c', ...sent } },
      list: [{ id: 'd', ...sent }],
    };
    expect(input.decode(args)).toEqual(args);
    const { next } = args;
    expect(() => input.decode({ ...args, next: { ...next, next: { ...next.next, other: 1 } } })).toThrow(
      'next.next.other',
    );
    for (const schema of [input.schema, compileOutput(node).schema!]) {
      expect(findInvalid(schema)).toBeUndefined();
      expect(accepts(schema, args)).toBe(true);
      expect(accepts(schema, { id: 'a', next: { id: 'b' } })).toBe(false);
    }
  });

  it('a result with undefined in it fits what is published, for clients of both eras', () => {
    const nothing = zod.union([zod.string(), zod.undefined()]);
    const values: [z.ZodType, unknown][] = [
      [
        zod.object({ a: nothing, b: zod.any(), c: zod.unknown() }),
        { a: undefined, b: undefined, c: undefined },
      ],
      [zod.object({ a: zod.string().transform(() => undefined) }), { a: 'a' }],
      [zod.string().transform(() => undefined), 'a'],
      [zod.array(nothing), ['a', undefined]],
      [zod.array(zod.undefined()), [undefined]],
      [zod.tuple([nothing, zod.number()]), [undefined, 1]],
      [zod.tuple([zod.string()]).rest(nothing), ['a', undefined]],
      [zod.set(nothing), new Set([undefined])],
      [zod.map(zod.number(), nothing), new Map([[1, undefined]])],
      [zod.set(zod.object({ a: zod.string() })).min(2), new Set([{ a: 'a' }, { a: 'a' }])],
      [zod.record(zod.enum(['a', 'b']), nothing), { a: undefined, b: 'b' }],
    ];
    for (const [parser, value] of values) expect(misfit(parser, value)).toBeUndefined();
  });

  it('a result fits what is published where clients read a keyword more strictly than the validator', () => {
    const values: [z.ZodType, unknown][] = [
      [zod.number().multipleOf(0.01), 0.07],
      [zod.string().url(), 'https://x.example/ü'],
      [zod.string().time(), '10:00:00'],
      [zod.string().datetime({ local: true }), '2026-01-31T10:00:00'],
      [zod.string().duration(), 'PT1.5S'],
    ];
    for (const [parser, value] of values) expect(misfit(parser, value)).toBeUndefined();
    expect(propertiesOf(zod.object({ price: zod.number().multipleOf(0.01) }))).toEqual({
      price: { type: 'number', description: 'a multiple of 0.01' },
    });
  });

  it('bounds that JSON Schema cannot say are left out, and sizes are whole numbers', () => {
    expect(
      propertiesOf(
        zod.object({
          a: zod.number().min(-Infinity).max(5),
          b: zod.array(zod.string()).min(-1).max(2.5),
          c: zod.string().min(1.5).max(Infinity),
          d: zod.nativeEnum({ A: 'x', B: 'x' }),
        }),
      ),
    ).toEqual({
      a: { type: 'number', maximum: 5 },
      b: { type: 'array', items: { type: 'string' }, minItems: 0, maxItems: 2 },
      c: { type: 'string', minLength: 2 },
      d: { type: 'string', enum: ['x'] },
    });
  });

  it('an intersection that is used twice keeps all of its parts', () => {
    const both = base.and(zod.object({ since: zod.date() }));
    const schema = compileInput([zod.object({ one: both, other: both, list: zod.array(both) })]).schema;
    const whole = { type: 'object', properties: { id: {}, since: {} }, required: ['id', 'since'] };
    const at = (node: JsonSchema) =>
      typeof node['$ref'] === 'string' ? schema.$defs![node['$ref'].replace('#/$defs/', '')] : node;
    for (const key of ['one', 'other']) expect(at(schema.properties![key]!)).toMatchObject(whole);
    expect(at(schema.properties!['list']!['items'] as JsonSchema)).toMatchObject(whole);
  });

  it('a property with z.preprocess() is required if the schema inside is', () => {
    const asIs = (value: unknown) => value;
    const { schema } = compileInput([
      zod.object({
        a: zod.preprocess(asIs, zod.string()),
        b: zod.preprocess(asIs, zod.string().optional()),
        c: zod.preprocess(asIs, zod.string()).optional(),
        d: zod.preprocess(asIs, zod.preprocess(asIs, zod.number())).nullable(),
        e: zod.preprocess(asIs, zod.string().default('x')),
      }),
    ]);
    expect(schema.required).toEqual(['a', 'd']);
  });

  it('leaves out what cannot be sent, and the parser takes what is left', () => {
    const parser = zod.object({
      id: zod.string(),
      none: zod.undefined(),
      never: zod.never().optional(),
      nothing: zod.void(),
      inside: zod.object({ never: zod.never() }).optional(),
    });
    const input = compileInput([parser]);
    expect(input.schema).toEqual({
      type: 'object',
      properties: { id: { type: 'string' } },
      required: ['id'],
      additionalProperties: false,
    });
    expect(parser.safeParse(input.decode({ id: 'a' })).success).toBe(true);
    expect(JSON.stringify(compileOutput(parser).schema)).not.toContain('not');
  });

  it('a class that is not known is left out where it may be, and is a problem in a list', () => {
    const own = zod.instanceof(Money);
    expect(propertiesOf(zod.object({ id: zod.string(), own: own.optional() }))).toEqual({
      id: { type: 'string' },
    });
    expect(problemOf(zod.object({ own }))).toMatch(/^CODEC_MISSING own: /);
    expect(problemOf(zod.object({ id: zod.string(), list: zod.array(own).optional() }))).toMatch(
      /^CODEC_MISSING list\[0\]: /,
    );
    expect(problemOf(zod.object({ deep: zod.object({ set: zod.set(own) }).nullish() }))).toMatch(
      /^CODEC_MISSING deep\.set\[0\]: /,
    );
  });

  it('a codec may name a class by its name, or recognise a schema', () => {
    const make = () => zod.instanceof(Money).describe('money');
    const parser = zod.object({ one: make(), list: zod.array(make()), maybe: make().optional() });
    const integer = { type: 'integer', description: 'money' };
    const recognise = (schema: unknown) => (schema as z.ZodType).description === 'money';
    for (const codec of [
      { ...money, class: 'Money' },
      { ...money, parser: recognise },
    ]) {
      const input = compileInput([parser], { codecs: [codec] });
      expect(input.schema.properties).toEqual({
        one: integer,
        list: { type: 'array', items: integer },
        maybe: integer,
      });
      expect(input.decode({ one: 1, list: [2] })).toEqual({ one: new Money(1), list: [new Money(2)] });
    }
    const output = compileOutput(undefined, { codecs: [{ ...money, class: 'Money' }] });
    expect(output.encode({ own: new Money(5) })).toMatchObject({ json: { own: 5 } });
  });

  it('the check of a class runs only if a codec names a class by its name', () => {
    let runs = 0;
    const check = (): boolean => ++runs > 0;
    const parser = zod.object({ own: zod.custom(check).optional() });
    compileInput([parser], { codecs: [{ ...money, class: Money }] });
    expect(runs).toBe(0);
  });

  it('patterns mean the same with and without the flag u', () => {
    expect(
      propertiesOf(
        zod.object({
          face: zod.string().regex(/^\u{1F600}+$/u),
          letter: zod.string().regex(/^\u{41}$/u),
          word: zod.string().regex(/^\p{L}+$/u),
        }),
      ),
    ).toEqual({
      face: { type: 'string', pattern: '^(?:😀)+$' },
      letter: { type: 'string', pattern: '^A$' },
      word: { type: 'string', description: String.raw`has to match the pattern /^\p{L}+$/` },
    });
  });
});

it('a pipe from a text to a narrower text says what both say', () => {
  const trimmed = { type: 'string', minLength: 2, maxLength: 5 };
  expect(
    propertiesOf(
      z.object({
        a: z.string().min(2).pipe(z.string().max(5)),
        b: z
          .string()
          .trim()
          .pipe(z.enum(['x', 'y'])),
        c: z.string().transform(Number).pipe(z.number().min(1)),
      }),
    ),
  ).toEqual({ a: trimmed, b: { type: 'string', enum: ['x', 'y'] }, c: { type: 'string' } });
  expect(propertiesOf(z3.object({ a: z3.string().min(2).pipe(z3.string().max(5)) }))).toEqual({ a: trimmed });
});

it('the keys of a record are written out, whatever names them', () => {
  const role = z.enum(['a', 'b']).meta({ id: 'published-test-role' });
  const parser = z.object({
    one: z.record(z.literal('a'), z.number()),
    two: z.record(z.union([z.literal('a'), z.literal('b')]), z.number()),
    role: z.record(role, z.number()),
    loose: z.looseRecord(z.enum(['a']), z.number()),
  });
  const args = { one: { a: 1 }, two: { a: 1, b: 2 }, role: { a: 1, b: 2 }, loose: { a: 1, other: 'x' } };
  for (const schema of [compileInput([parser]).schema, compileOutput(parser).schema!]) {
    expect(accepts(schema, args)).toBe(true);
    expect(accepts(schema, { ...args, two: { a: 1 } })).toBe(false);
    expect(accepts(schema, { ...args, role: { a: 1, b: 2, c: 3 } })).toBe(false);
  }
});

it('meta that other tools read does no harm', () => {
  const other: object = {
    required: true,
    title: null,
    examples: { one: { value: 'x' } },
    deprecated: 'soon',
  };
  const parser = z.object({ a: z.string().meta({ ...other }), b: z.string().optional() });
  expect(compileInput([parser.meta({ ...other })]).schema).toEqual({
    type: 'object',
    properties: { a: { type: 'string' }, b: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  });
});

it('an email of a pattern of its own is not of the format', () => {
  const own = z.email({ pattern: /^[^@]+@[^@]+$/ });
  expect(propertiesOf(z.object({ own, usual: z.email() }))).toMatchObject({
    own: { type: 'string', pattern: '^[^@]+@[^@]+$' },
    usual: { format: 'email' },
  });
  expect(misfit(own, 'me@localhost')).toBeUndefined();
});

it('z.stringbool() says its words', () => {
  expect(propertiesOf(z.object({ on: z.stringbool({ truthy: ['yes'], falsy: ['no'] }) }))).toEqual({
    on: { enum: [true, false, 'yes', 'no'] },
  });
});

test.each([
  [String.raw`^[\u{1F600}-\u{1F64F}]$`, undefined],
  [String.raw`^\\u{2}$`, String.raw`^\\u{2}$`],
  ['^😀?$', '^(?:😀)?$'],
  [String.raw`^[\]a]\.$`, String.raw`^[\]a]\.$`],
  ['(', undefined],
  ['^(?=a)b$', undefined],
  ['^(?<!a)b$', undefined],
  [String.raw`^(a)\1$`, undefined],
  [String.raw`^(?<n>a)\k<n>$`, undefined],
  [String.raw`\bword\b`, undefined],
  ['^a{1,2000}$', undefined],
  ['^a$b', undefined],
  ['^(?<year>[0-9]{4})$', '^(?:[0-9]{4})$'],
  [String.raw`^\d+(?:\.\d{1,2})?$`, String.raw`^[0-9]+(?:\.[0-9]{1,2})?$`],
  [String.raw`^[\w-]+?\/[^\/]$`, '^[0-9A-Z_a-z-]+/[^/]$'],
  ['^a$|^b$', '^(?:a|b)$'],
  ['^$|^(?:ab|cd$)', String.raw`^(?:(?:ab(?:.|\n|\r)*|cd))?$`],
  ['x', String.raw`^(?:.|\n|\r)*x(?:.|\n|\r)*$`],
  ['^a.*', String.raw`^a(?:.|\n|\r)*$`],
  [String.raw`^\x41\t\cA$`, undefined],
  [String.raw`^\x41\t[\x00-\x1f]$`, String.raw`^A\t[\x00-\x1f]$`],
])('the portable form of %s is %s', (source, written) => {
  expect(toPlainPattern(source)).toBe(written);
});

test.each<[JsonSchema, string | undefined]>([
  [{ type: 'object', properties: { a: { type: 'string', minLength: 1 } } }, undefined],
  [{ type: 'number', exclusiveMinimum: true }, '#: exclusiveMinimum has to be a number'],
  [{ type: 'text' }, '#: type has to be a type of JSON, or a list of them'],
  [
    { properties: { a: { $ref: '#/$defs/none' } } },
    '#/properties/a: $ref refers to "#/$defs/none", which is not in the schema',
  ],
  [{ $defs: { a: {} }, $ref: '#/$defs/a' }, undefined],
  [{ items: [{}] }, '#/items has to be a schema'],
  [{ anyOf: [] }, '#/anyOf has to be a list of schemas'],
  [
    { anyOf: [{ pattern: '(' }] },
    '#/anyOf/0: pattern has to be a regular expression that is valid in unicode mode',
  ],
  [{ required: true as never }, '#: required has to be a list of different names'],
  [{ minItems: -1 }, '#: minItems has to be a whole number of 0 or more'],
  [{ properties: { pattern: { type: 'string' }, $ref: true as never } }, undefined],
  [{ enum: [] }, '#: enum has to be a list of at least one value'],
])('finds what is invalid in %j', (schema, found) => {
  expect(findInvalid(schema)).toBe(found);
});

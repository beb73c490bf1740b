import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { z as z40 } from 'zod40';
import { z as z41 } from 'zod41';
import { compileInput } from '../input.ts';
import type { JsonSchema } from '../json-schema.ts';
import { compileOutput } from '../output.ts';

const clients = [new Ajv2020({ strict: true }), new Ajv({ strict: false })] as const;
for (const ajv of clients) formats.default(ajv);

const options = { converters: { valibot: toJsonSchema } };
const keyOf = (parser: unknown): JsonSchema => compileInput([parser], options).schema.properties!['key']!;
const inZod = (schema: z.ZodType): JsonSchema => keyOf(z.object({ key: schema }));
const inZod3 = (schema: z3.ZodType): JsonSchema => keyOf(z3.object({ key: schema }));
const inMini = (schema: mini.ZodMiniType): JsonSchema => keyOf(mini.object({ key: schema }));
const inValibot = (schema: v.GenericSchema): JsonSchema => keyOf(v.object({ key: schema }));
const inArktype = (definition: unknown): JsonSchema => keyOf(type({ key: definition } as never));

function accepts(schema: JsonSchema, value: unknown): boolean {
  return clients.every((ajv) => ajv.validate(schema, value));
}

/** Where a schema is not as every client wants it. */
function findFaults(schema: unknown, at = '#'): string[] {
  if (typeof schema === 'boolean') return [`${at} is a boolean`];
  const node = schema as JsonSchema;
  const faults: string[] = [];
  if (Array.isArray(node.type)) faults.push(`${at} has a list of types`);
  if (node.type === 'array' && typeof node['items'] !== 'object') faults.push(`${at} has no items`);
  if (node.type === 'object' && typeof node.properties !== 'object') faults.push(`${at} has no properties`);
  for (const keyword of ['exclusiveMinimum', 'exclusiveMaximum', 'propertyNames']) {
    if (keyword in node) faults.push(`${at} has ${keyword}`);
  }
  if (typeof node['const'] === 'string') faults.push(`${at} has a const`);
  for (const keyword of ['items', 'additionalProperties', 'not', 'unevaluatedProperties', 'contains']) {
    if (keyword in node && !(keyword === 'additionalProperties' && node[keyword] === false)) {
      faults.push(...findFaults(node[keyword], `${at}/${keyword}`));
    }
  }
  for (const keyword of [
    'prefixItems',
    'anyOf',
    'oneOf',
    'allOf',
    'properties',
    '$defs',
    'patternProperties',
  ]) {
    for (const [name, child] of Object.entries(node[keyword] ?? {})) {
      faults.push(...findFaults(child, `${at}/${keyword}/${name}`));
    }
  }
  return faults;
}

const parsers: [string, unknown][] = [
  [
    'zod',
    z.object({
      pair: z.tuple([z.string(), z.number()]),
      same: z.tuple([z.string(), z.string()]),
      none: z.tuple([]),
      rest: z.tuple([z.string()], z.number()),
      some: z.tuple([z.string(), z.number().optional()]),
      nested: z.tuple([z.tuple([z.string()]), z.array(z.tuple([z.boolean(), z.null()]))]),
      any: z.array(z.any()),
      unknown: z.array(z.unknown()),
      pairs: z.map(z.number(), z.date()),
      map: z.map(z.string(), z.any()),
      record: z.record(z.string(), z.unknown()),
      roles: z.partialRecord(z.enum(['a', 'b']), z.number()),
      loose: z.looseObject({ a: z.string() }),
      catchall: z.object({}).catchall(z.any()),
      positive: z.number().positive(),
      page: z.int().positive(),
      kind: z.literal('a'),
      either: z.literal(['a', null]),
      maybe: z.string().nullable(),
      big: z.bigint().nullish(),
      json: z.json(),
    }),
  ],
  [
    'zod 3',
    z3.object({
      pair: z3.tuple([z3.string(), z3.number()]),
      none: z3.tuple([]),
      rest: z3.tuple([z3.string()]).rest(z3.number()),
      any: z3.array(z3.any()),
      pairs: z3.map(z3.number(), z3.date()),
      record: z3.record(z3.any()),
      roles: z3.record(z3.enum(['a', 'b']), z3.number()),
      loose: z3.object({}).passthrough(),
      positive: z3.number().positive(),
      kind: z3.literal('a'),
      maybe: z3.string().nullable(),
      native: z3.nativeEnum({ A: 'a', B: 1 }),
      nullish: z3.enum(['a', 'b']).nullish(),
    }),
  ],
  [
    'zod/mini',
    mini.object({
      pair: mini.tuple([mini.string(), mini.number()]),
      any: mini.array(mini.any()),
      record: mini.record(mini.string(), mini.any()),
      positive: mini.number().check(mini.positive()),
      maybe: mini.nullable(mini.literal('a')),
    }),
  ],
  [
    'valibot',
    v.object({
      pair: v.tuple([v.string(), v.number()]),
      loose: v.looseTuple([v.string(), v.number()]),
      strict: v.strictTuple([v.string()]),
      rest: v.tupleWithRest([v.string()], v.number()),
      none: v.tuple([]),
      any: v.array(v.any()),
      record: v.record(v.string(), v.unknown()),
      roles: v.record(v.picklist(['a', 'b']), v.number()),
      more: v.looseObject({}),
      positive: v.pipe(v.number(), v.gtValue(3)),
      kind: v.literal('a'),
      maybe: v.nullish(v.picklist(['a', 'b'])),
      safe: v.pipe(v.number(), v.safeInteger()),
    }),
  ],
  [
    'arktype',
    type({
      pair: ['string', 'number'],
      some: ['string', 'number?'],
      rest: ['string', '...', 'number[]'],
      any: 'unknown[]',
      object: 'object',
      record: 'Record<string, unknown>',
      more: 'number > 3',
      safe: 'number.safe',
      kind: "'a'",
      maybe: "'a' | null",
    }),
  ],
];

describe.each(parsers)('with %s', (_name, parser) => {
  it('every kind is published in a form that every client takes, in arguments and results', () => {
    const output = compileOutput(parser, options);
    for (const schema of [compileInput([parser], options).schema, output.schema!, output.legacySchema!]) {
      expect(findFaults(schema)).toEqual([]);
      for (const ajv of clients) {
        expect(ajv.validateSchema(schema)).toBe(true);
        ajv.compile(schema);
      }
    }
  });
});

it('roots that are tuples, lists, Maps and records are published in this form too', () => {
  for (const root of [
    z.tuple([z.string(), z.number()]),
    z.array(z.any()),
    z.map(z.number(), z.any()),
    z.record(z.string(), z.any()),
  ]) {
    const output = compileOutput(root);
    for (const schema of [compileInput([root]).schema, output.schema!, output.legacySchema!]) {
      expect(findFaults(schema)).toEqual([]);
    }
  }
});

describe('a tuple', () => {
  const string = { type: 'string' };
  const number = { type: 'number' };
  const pair = {
    type: 'array',
    prefixItems: [string, number],
    items: { anyOf: [string, number] },
    minItems: 2,
    maxItems: 2,
  };

  it.each([
    ['zod', inZod(z.tuple([z.string(), z.number()]))],
    ['zod 3', inZod3(z3.tuple([z3.string(), z3.number()]))],
    ['zod/mini', inMini(mini.tuple([mini.string(), mini.number()]))],
    ['valibot', inValibot(v.tuple([v.string(), v.number()]))],
    ['arktype', inArktype(['string', 'number'])],
  ])('says its items to readers of both drafts: %s', (_name, schema) => {
    expect(schema).toEqual(pair);
    expect(accepts(schema, ['a', 1])).toBe(true);
    for (const value of [['a'], ['a', 1, 2], [true, 1]]) expect(accepts(schema, value)).toBe(false);
  });

  it('with one kind of items has this kind, and without any takes none', () => {
    expect(inZod(z.tuple([z.number(), z.number()]))).toMatchObject({ items: number, maxItems: 2 });
    expect(inZod(z.tuple([]))).toEqual({ type: 'array', items: {}, maxItems: 0 });
  });

  it('of a Map with other keys is a pair', () => {
    const schema = inZod(z.map(z.number(), z.string()));
    expect(schema['items']).toEqual({
      ...pair,
      prefixItems: [number, string],
      items: { anyOf: [number, string] },
    });
  });
});

describe('a pattern beside a format', () => {
  const hint = (format: string, description: string) => ({ type: 'string', format, description });
  const dateTime = hint('date-time', 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z');
  const date = hint('date', 'date, such as 2026-01-31');
  const inUtc = hint('date-time', 'ISO 8601 date-time in UTC, such as 2026-01-31T09:00:00Z');

  it.each<[string, JsonSchema, JsonSchema]>([
    ['z.email()', inZod(z.email()), { type: 'string', format: 'email' }],
    ['z.uuid()', inZod(z.uuid()), { type: 'string', format: 'uuid' }],
    ['z.guid()', inZod(z.guid()), { type: 'string', format: 'uuid' }],
    ['z.uuidv4()', inZod(z.uuidv4()), hint('uuid', 'UUID version 4')],
    ['z.uuidv7()', inZod(z.uuidv7()), hint('uuid', 'UUID version 7')],
    ['z.iso.date()', inZod(z.iso.date()), date],
    ['z.iso.datetime()', inZod(z.iso.datetime()), inUtc],
    ['with offsets', inZod(z.iso.datetime({ offset: true })), dateTime],
    [
      'with digits',
      inZod(z.iso.datetime({ precision: 3 })),
      hint('date-time', 'ISO 8601 date-time in UTC, such as 2026-01-31T09:00:00.000Z'),
    ],
    [
      'without digits',
      inZod(z.iso.datetime({ precision: 0 })),
      hint('date-time', `${inUtc.description}, without fractions of a second`),
    ],
    [
      'to the minute',
      inZod(z.iso.datetime({ precision: -1 })),
      { type: 'string', description: 'ISO 8601 date-time to the minute, such as 2026-01-31T09:00Z' },
    ],
    [
      'local',
      inZod(z.iso.datetime({ local: true })),
      { type: 'string', description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00, with or without Z' },
    ],
    ['z.iso.duration()', inZod(z.iso.duration()), hint('duration', 'ISO 8601 duration, such as P3DT4H')],
    ['z.hostname()', inZod(z.hostname()), hint('hostname', 'host name')],
    ['z.ipv4()', inZod(z.ipv4()), { type: 'string', format: 'ipv4' }],
    ['z.ipv6()', inZod(z.ipv6()), { type: 'string', format: 'ipv6' }],
    ['z.url()', inZod(z.url()), { type: 'string', format: 'uri' }],
    ['z.date()', inZod(z.date()), dateTime],
    ['mini.email()', inMini(mini.email()), { type: 'string', format: 'email' }],
    ['mini.iso.date()', inMini(mini.iso.date()), date],
    ['zod 3 email', inZod3(z3.string().email()), { type: 'string', format: 'email' }],
    ['zod 3 datetime', inZod3(z3.string().datetime()), inUtc],
    ['zod 3 datetime with offsets', inZod3(z3.string().datetime({ offset: true })), dateTime],
    ['zod 3 date', inZod3(z3.string().date()), date],
    ['zod 3 z.date()', inZod3(z3.date()), dateTime],
    ['v.email()', inValibot(v.pipe(v.string(), v.email())), { type: 'string', format: 'email' }],
    ['v.uuid()', inValibot(v.pipe(v.string(), v.uuid())), { type: 'string', format: 'uuid' }],
    ['v.isoDate()', inValibot(v.pipe(v.string(), v.isoDate())), date],
    ['v.isoTimestamp()', inValibot(v.pipe(v.string(), v.isoTimestamp())), dateTime],
    ['v.date()', inValibot(v.date()), dateTime],
    ['arktype email', inArktype('string.email'), { type: 'string', format: 'email' }],
    ['arktype ipv4', inArktype('string.ip.v4'), { type: 'string', format: 'ipv4' }],
    ['arktype Date', inArktype('Date'), dateTime],
  ])('is left out where it says the same: %s', (_name, schema, expected) => {
    expect(schema).toEqual(expected);
  });

  it('stays where it says more', () => {
    expect(inZod(z.email({ pattern: /^[a-z]+@acme\.com$/ }))).toMatchObject({
      pattern: String.raw`^[a-z]+@acme\.com$`,
    });
    const both = { type: 'string', format: 'email', pattern: '^[a-m].*$' };
    expect(
      inZod(
        z
          .string()
          .email()
          .regex(/^[a-m].*$/),
      ),
    ).toEqual({ ...both, pattern: '^[a-m].*$' });
    expect(
      inZod3(
        z3
          .string()
          .email()
          .regex(/^[a-m].*$/),
      ),
    ).toEqual(both);
    expect(inValibot(v.pipe(v.string(), v.email(), v.regex(/^[a-m].*$/)))).toEqual(both);
  });

  it('stays where clients do not know the format', () => {
    expect(inZod(z.cuid2())).toEqual({ type: 'string', pattern: '^[0-9a-z]+$' });
    expect(inZod(z.nanoid())).toEqual({ type: 'string', pattern: '^[a-zA-Z0-9_-]{21}$' });
    expect(inZod(z.e164())).toEqual({ type: 'string', pattern: String.raw`^\+[1-9][0-9]{6,14}$` });
  });

  it('of minutes takes the place of a format with a zone', () => {
    const schema = inValibot(v.pipe(v.string(), v.isoDateTime()));
    expect(accepts(schema, '2026-01-31T09:00')).toBe(true);
    expect(schema).toMatchObject({ description: 'such as 2026-01-31T09:00' });
  });
});

describe('a pattern that the app wrote', () => {
  // They take what everybody gives as an example of the format, and refuse more than the format does.
  const [notEvil, notD, in2026] = [/^(?!.*@evil\.com$).+@.+$/, /^[^d]/, /^(?:19|2)/];

  it('stays beside a format, whatever examples it takes', () => {
    const email = { type: 'string', format: 'email' };
    const words = `has to match the pattern /${notEvil.source}/`;
    expect(inZod(z.email().regex(notEvil))).toEqual({ ...email, description: words });
    expect(inZod(z.string().email().regex(notEvil))).toEqual({ ...email, description: words });
    expect(inMini(mini.email().check(mini.regex(notEvil)))).toEqual({ ...email, description: words });
    expect(inZod3(z3.string().email().regex(notEvil))).toEqual({ ...email, description: words });
    expect(inValibot(v.pipe(v.string(), v.email(), v.regex(notEvil)))).toEqual({
      ...email,
      description: words,
    });
    const uuid = { type: 'string', format: 'uuid', pattern: '^[^d](?:.|\\n|\\r)*$' };
    expect(inZod(z.uuid().regex(notD))).toEqual(uuid);
    expect(inZod3(z3.string().uuid().regex(notD))).toEqual(uuid);
    expect(inValibot(v.pipe(v.string(), v.uuid(), v.regex(notD)))).toEqual(uuid);
    expect(inZod(z.iso.date().regex(in2026))).toMatchObject({
      format: 'date',
      pattern: '^(?:19|2)(?:.|\\n|\\r)*$',
    });
  });

  it('takes the place of the pattern of an email address', () => {
    expect(inZod(z.email({ pattern: /^[^@]+@acme\.com$/ }))).toEqual({
      type: 'string',
      pattern: '^[^@]+@acme\\.com$',
    });
    expect(inZod(z.email().startsWith('a').min(3))).toEqual({
      type: 'string',
      format: 'email',
      minLength: 3,
      pattern: '^a(?:.|\\n|\\r)*$',
    });
  });

  it('stays beside another one, in valibot too', () => {
    expect(
      inValibot(v.pipe(v.string(), v.startsWith('a.'), v.includes('-'), v.endsWith('z'), v.regex(/\d/))),
    ).toEqual({
      type: 'string',
      allOf: [
        { pattern: '^a\\.(?:.|\\n|\\r)*$' },
        { pattern: '^(?:.|\\n|\\r)*-(?:.|\\n|\\r)*$' },
        { pattern: '^(?:.|\\n|\\r)*z$' },
        { pattern: '^(?:.|\\n|\\r)*[0-9](?:.|\\n|\\r)*$' },
      ],
    });
  });

  it('of any character is written in a way that all read', () => {
    for (const any of ['[\\s\\S]', '[^]', '[\\W\\w]']) {
      expect(inZod(z.string().regex(new RegExp(`^u_${any}+$`)))).toEqual({
        type: 'string',
        pattern: '^u_(?:.|\\n|\\r)+$',
      });
    }
  });
});

it('what keywords of a library want is said in its words', () => {
  expect(inZod(z.httpUrl()).description).toBe('http or https URL with a domain name');
  expect(inZod(z.url({ protocol: /^ftp$/, hostname: /^a\./ })).description).toBe(
    'URL with a scheme that matches /^ftp$/ and a host that matches /^a\\./',
  );
  expect(inZod(z.uint64()).description).toBe('unsigned 64-bit integer');
  expect(inZod(z.stringFormat('odd', (text) => text.length % 2 === 1)).description).toBe('format: odd');
  expect(inArktype('string.numeric.parse')).toEqual({
    type: 'string',
    description: 'a well-formed numeric string',
  });
  expect(inArktype('string.date')).toEqual({ type: 'string', description: 'a parsable date' });
  expect(inArktype(['string.date.iso.parse', '|', 'boolean'])).toEqual({
    anyOf: [
      { type: 'string', description: 'an ISO 8601 (YYYY-MM-DDTHH:mm:ss.sssZ) date' },
      { type: 'boolean' },
    ],
  });
});

it('bounds of Sets and files are those of their checks, in every zod', () => {
  for (const each of [z, z40, z41] as unknown as (typeof z)[]) {
    const inOwn = (key: z.ZodType): JsonSchema => keyOf(each.object({ key }));
    expect(inOwn(each.set(each.string()).min(2).min(1).max(4))).toEqual({
      type: 'array',
      items: { type: 'string' },
      minItems: 2,
      maxItems: 4,
      uniqueItems: true,
    });
    expect(inOwn(each.set(each.string()).size(1))).toMatchObject({ minItems: 1, maxItems: 1 });
    expect(inOwn(each.file().mime(['image/png', 'image/gif']).mime(['image/png']))).toMatchObject({
      anyOf: [{ properties: { mimeType: { enum: ['image/png'] } }, required: ['mimeType', 'data'] }, {}],
    });
    const { anyOf } = inOwn(each.file().min(3).max(6)) as { anyOf: [JsonSchema] };
    expect(anyOf[0].properties!['data']).toMatchObject({ minLength: 4, maxLength: 8 });
  }
});

describe('a pattern that not all clients can read', () => {
  it.each<[string, JsonSchema, string]>([
    ['look-ahead', inZod(z.string().regex(/^(?=a)\w+$/)), String.raw`has to match the pattern /^(?=a)\w+$/`],
    ['properties', inZod(z.string().regex(/^\p{L}+$/u)), String.raw`has to match the pattern /^\p{L}+$/`],
    ['flags', inZod(z.string().regex(/^a$/i)), 'has to match the pattern /^a$/i'],
    [
      'a description',
      inZod(z.string().regex(/^a$/i).describe('code')),
      'code (has to match the pattern /^a$/i)',
    ],
    ['zod 3', inZod3(z3.string().regex(/^(?!a)/)), 'has to match the pattern /^(?!a)/'],
    ['zod 3 with flags', inZod3(z3.string().regex(/^a$/i)), 'has to match the pattern /^a$/i'],
    ['zod/mini', inMini(mini.string().check(mini.regex(/^(?!a)/))), 'has to match the pattern /^(?!a)/'],
    [
      'valibot',
      inValibot(v.pipe(v.string(), v.regex(/(.)\1/))),
      String.raw`has to match the pattern /(.)\1/`,
    ],
    ['valibot with flags', inValibot(v.pipe(v.string(), v.regex(/^a$/i))), 'has to match the pattern /^a$/i'],
    ['arktype', inArktype('/^a(?=b)/'), 'has to match the pattern /^a(?=b)/'],
    ['an emoji', inZod(z.emoji()), 'emoji only'],
    ['a JWT', inZod(z.jwt()), 'JSON Web Token'],
    ['an IP address of valibot', inValibot(v.pipe(v.string(), v.ip())), 'IP address'],
  ])('is told in words: %s', (_name, schema, words) => {
    expect(schema).toEqual({ type: 'string', description: words });
  });

  it('is still checked by the parser', () => {
    const parser = z.object({ key: z.string().regex(/^(?!a)/) });
    expect(parser.safeParse(compileInput([parser]).decode({ key: 'abc' })).success).toBe(false);
  });
});

it('bounds are inclusive, and those of a safe integer are not written', () => {
  expect(inZod(z.int())).toEqual({ type: 'integer' });
  expect(inZod(z.int().gt(2).lt(9))).toEqual({ type: 'integer', minimum: 3, maximum: 8 });
  expect(inZod(z.int().gt(0.5).lt(1.5))).toEqual({ type: 'integer', minimum: 1, maximum: 1 });
  expect(inZod(z.int32())).toEqual({ type: 'integer', minimum: -2147483648, maximum: 2147483647 });
  expect(inZod(z.number().gt(3).describe('size'))).toEqual({
    type: 'number',
    minimum: 3,
    description: 'size (more than 3)',
  });
  expect(inZod(z.number().gt(3).lt(5))).toEqual({
    type: 'number',
    minimum: 3,
    maximum: 5,
    description: 'more than 3 and less than 5',
  });
  expect(inZod3(z3.number().int().positive())).toEqual({ type: 'integer', minimum: 1 });
  expect(inValibot(v.pipe(v.number(), v.ltValue(3)))).toEqual({
    type: 'number',
    maximum: 3,
    description: 'less than 3',
  });
  expect(inArktype('number.safe')).toEqual({ type: 'number' });
  expect(inArktype('number.integer > 3')).toEqual({ type: 'integer', minimum: 4 });
});

it('a literal is an enum of one, and null is a branch of its own', () => {
  const nothing = { type: 'null' };
  const one = { type: 'string', enum: ['a'] };
  expect([inZod(z.literal('a')), inZod3(z3.literal('a')), inArktype("'a'")]).toEqual([one, one, one]);
  expect(inZod(z.literal(5))).toMatchObject({ const: 5 });
  expect(inZod(z.literal(['a', null]))).toEqual({ anyOf: [one, nothing] });
  expect(inZod3(z3.string().min(2).nullable())).toEqual({
    anyOf: [{ type: 'string', minLength: 2 }, nothing],
  });
  expect(inZod3(z3.enum(['a']).nullable())).toEqual({ anyOf: [one, nothing] });
});

it('the keys of a record are properties or words', () => {
  expect(inZod(z.partialRecord(z.enum(['a', 'b']), z.number()))).toEqual({
    type: 'object',
    properties: { a: { type: 'number' }, b: { type: 'number' } },
    additionalProperties: false,
  });
  expect(inZod(z.record(z.string().regex(/^x-[a-z]+$/), z.number()))).toEqual({
    type: 'object',
    properties: {},
    additionalProperties: { type: 'number' },
    description: 'each key is matched by /^x-[a-z]+$/',
  });
});

describe('references', () => {
  const address = z
    .object({ street: z.string(), city: z.string(), zip: z.string(), country: z.string() })
    .meta({ id: 'publish-test-address' });

  it('are replaced by what they refer to', () => {
    const { schema } = compileInput([z.object({ home: address, work: address.describe('work') })]);
    expect(JSON.stringify(schema)).not.toMatch(/\$ref|\$defs/);
    expect(schema.properties).toMatchObject({
      home: { properties: { city: {} } },
      work: { description: 'work' },
    });
  });

  it('stay where the schema would grow too long', () => {
    const big = z
      .object(Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field${n}`, z.string()])))
      .meta({ id: 'publish-test-big' });
    const shape = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`key${n}`, big]));
    const { schema } = compileInput([z.object({ ...shape, home: address, work: address })]);
    expect(Object.keys(schema.$defs!)).toEqual(['publish-test-big']);
    expect(schema.properties!['home']).toMatchObject({ type: 'object' });
  });

  it('stay where they lead back to themselves', () => {
    const node = z
      .object({
        at: address,
        get next() {
          return node.optional();
        },
      })
      .meta({ id: 'publish-test-node' });
    const { schema } = compileInput([z.object({ first: node, last: node })]);
    expect(Object.keys(schema.$defs!)).toEqual(['publish-test-node']);
    expect(accepts(schema, { first: { at: { street: '', city: '', zip: '', country: '' } } })).toBe(false);
  });

  it('to the whole lead to a definition of it, because some clients refuse "#"', () => {
    const tree: z.ZodType = z.object({
      id: z.string(),
      get children() {
        return z.array(tree);
      },
    });
    const tree3: z3.ZodType = z3.lazy(() => z3.object({ id: z3.string(), children: z3.array(tree3) }));
    const whole = {
      type: 'object',
      properties: {
        id: { type: 'string' },
        children: { type: 'array', items: { $ref: '#/$defs/root' } },
      },
      required: ['id', 'children'],
      additionalProperties: false,
    };
    for (const parser of [tree, tree3]) {
      const { schema } = compileInput([parser]);
      expect(schema).toEqual({ ...whole, $defs: { root: whole } });
      expect(accepts(schema, { id: 'a', children: [{ id: 'b', children: [] }] })).toBe(true);
      expect(accepts(schema, { id: 'a', children: [{ id: 'b' }] })).toBe(false);
    }
  });

  it('are to names without escapes, which some clients do not read', () => {
    const node: z.ZodType = z
      .object({
        get next() {
          return node.optional();
        },
      })
      .meta({ id: 'a b/c~ä' });
    const { schema } = compileInput([z.object({ node, a_b_c__: node })]);
    expect(Object.keys(schema.$defs!)).toEqual(['a_b_c__']);
    expect(schema.properties).toEqual({
      node: { $ref: '#/$defs/a_b_c__' },
      a_b_c__: { $ref: '#/$defs/a_b_c__' },
    });
    expect(accepts(schema, { node: { next: {} }, a_b_c__: {} })).toBe(true);
    expect(accepts(schema, { node: { next: 1 }, a_b_c__: {} })).toBe(false);
  });
});

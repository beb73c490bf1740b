import { toJsonSchema } from '@valibot/to-json-schema';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { compileOutput } from './output.ts';
import { compileInput } from './input.ts';
import { SchemaProblem } from './problem.ts';

const at = new Date('2026-01-31T09:00:00.000Z');
const now = '2026-01-31T09:00:00Z';

it('publishes what is sent and decodes it to what the parser expects', () => {
  const input = compileInput([
    z.object({ since: z.date().describe('Only newer ones'), ids: z.set(z.bigint()) }),
  ]);
  expect(input.schema).toEqual({
    type: 'object',
    properties: {
      since: { type: 'string', format: 'date-time', description: 'Only newer ones' },
      ids: {
        type: 'array',
        items: {
          anyOf: [{ type: 'string', pattern: '^-?[0-9]+$', maxLength: 4096 }, { type: 'integer' }],
        },
      },
    },
    required: ['since', 'ids'],
    additionalProperties: false,
  });
  expect(input.decode({ since: now, ids: ['1', 2] })).toEqual({ since: at, ids: new Set([1n, 2n]) });
});

it('gives the same reference when nothing is to be decoded or repaired', () => {
  const args = { name: 'Ada', tags: ['a'], limit: 5 };
  const parser = z.object({ name: z.string(), tags: z.array(z.string()), limit: z.number() });
  expect(compileInput([parser]).decode(args)).toBe(args);
  expect(compileInput([parser], { repair: false }).decode(args)).toBe(args);
});

it('never changes the arguments', () => {
  const args = Object.freeze({ range: Object.freeze({ from: now }) });
  const input = compileInput([z.object({ range: z.object({ from: z.date() }) })]);
  expect(input.decode(args)).toEqual({ range: { from: at } });
  expect(args).toEqual({ range: { from: now } });
});

it('wraps what is no plain object', () => {
  const input = compileInput([z.array(z.date())]);
  expect(input.schema).toEqual({
    type: 'object',
    properties: {
      input: {
        type: 'array',
        items: {
          type: 'string',
          format: 'date-time',
          description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z',
        },
      },
    },
    required: ['input'],
    additionalProperties: false,
  });
  expect(input.decode({ input: [now] })).toEqual([at]);
});

it('gives an object to parsers of objects and nothing to parsers of nothing when arguments are left out', () => {
  expect(compileInput([z.object({ q: z.string().optional() })]).decode(undefined)).toEqual({});
  expect(compileInput([z.object({ q: z.string() }).optional()]).decode(undefined)).toBeUndefined();
  expect(compileInput([z.object({ q: z.string() }).optional()]).decode({})).toBeUndefined();
  expect(compileInput([z.void()])).toMatchObject({
    takesInput: false,
    schema: { type: 'object', properties: {} },
  });
  expect(compileInput([])).toMatchObject({ takesInput: false });
});

it('repairs where the schema refuses strings, and only there', () => {
  const parser = z.object({
    list: z.array(z.number()),
    flag: z.boolean().nullable(),
    day: z.date(),
    text: z.string(),
    either: z.union([z.number(), z.string()]),
  });
  const sent = { list: '["1", 2]', flag: 'True', day: '2026-01-31', text: '5', either: '5' };
  expect(compileInput([parser]).decode(sent)).toEqual({
    list: [1, 2],
    flag: true,
    day: new Date('2026-01-31T00:00:00Z'),
    text: '5',
    either: '5',
  });
  expect(compileInput([parser], { repair: false }).decode(sent)).toBe(sent);
});

it('prefers a number to a bigint where the union has both', () => {
  const input = compileInput([z.object({ n: z.union([z.bigint(), z.number()]) })]);
  expect(input.decode({ n: 5 })).toEqual({ n: 5 });
  expect(input.decode({ n: '5' })).toEqual({ n: 5n });
});

it('merges stacked inputs, and says when they contradict each other', () => {
  const input = compileInput([z.object({ a: z.date() }), z.object({ b: z.bigint().optional() })]);
  expect(input.schema.required).toEqual(['a']);
  expect(input.decode({ a: now, b: '1' })).toEqual({ a: at, b: 1n });
  expect(() => compileInput([z.strictObject({ a: z.string() }), z.object({ b: z.string() })])).toThrow(
    expect.objectContaining({
      code: 'INPUTS_CONTRADICT',
      message: expect.stringContaining('"b"') as string,
    }) as Error,
  );
});

it('leaves out what would lie: flagged patterns, unknown formats, changing defaults, private metadata', () => {
  const input = compileInput([
    z.object({
      code: z.string().regex(/^[a-z]+$/i),
      slug: z.string().startsWith('a').endsWith('b'),
      id: z.string().default(() => crypto.randomUUID()),
      at: z.date().default(() => new Date()),
      level: z.number().default(3).meta({ widget: 'slider' }),
    }),
  ]);
  expect(input.schema.properties).toEqual({
    code: { type: 'string', description: 'has to match the pattern /^[a-z]+$/i' },
    slug: { type: 'string', allOf: [{ pattern: '^a(?:.|\\n|\\r)*$' }, { pattern: '^(?:.|\\n|\\r)*b$' }] },
    id: { type: 'string' },
    at: {
      type: 'string',
      format: 'date-time',
      description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z',
    },
    level: { type: 'number', default: 3 },
  });
});

it('ends recursion through a Map', () => {
  const Tree = z.object({
    at: z.date(),
    get children() {
      return z.map(z.string(), Tree).optional();
    },
  });
  const input = compileInput([Tree]);
  expect(input.schema.properties?.['children']).toEqual({
    type: 'object',
    properties: {},
    additionalProperties: { $ref: '#/$defs/root' },
  });
  expect(input.decode({ at: now, children: { a: { at: now } } })).toEqual({
    at,
    children: new Map([['a', { at }]]),
  });
});

it('takes an override for what agents see', () => {
  const input = compileInput([(value: unknown) => value], { override: z.object({ at: z.date() }) });
  expect(input.decode({ at: now })).toEqual({ at });
  expect(() => compileInput([(value: unknown) => value])).toThrow(SchemaProblem);
});

describe('a JSON Schema as an override', () => {
  const conditional = {
    type: 'object',
    $defs: { place: { $anchor: 'place', type: 'object', properties: { city: { type: 'string' } } } },
    properties: { name: { type: 'string' }, place: { $ref: '#/$defs/place' }, nights: { type: 'integer' } },
    if: { required: ['place'] },
    // oxlint-disable-next-line unicorn/no-thenable -- JSON Schema's own word
    then: { required: ['nights'] },
  };
  const accept = (value: unknown) => value;

  it('is published as it is written, whatever dialect it names', () => {
    const dialects = [
      'https://json-schema.org/draft/2020-12/schema',
      'http://json-schema.org/draft-07/schema#',
    ];
    for (const dialect of [{}, ...dialects.map(($schema) => ({ $schema }))]) {
      const override = { ...dialect, ...conditional };
      const written = JSON.stringify(override);
      const input = compileInput([accept], { override });
      expect(JSON.stringify(input.schema)).toBe(written);
      expect(input.decode({ nights: '3' })).toEqual({ nights: 3 });
      expect(input.decode(undefined)).toEqual({});
      const output = compileOutput(undefined, { override });
      expect([output.schema, output.legacySchema].map((schema) => JSON.stringify(schema))).toEqual([
        written,
        written,
      ]);
    }
  });

  it('is not adapted inside of the object that it is wrapped in', () => {
    const override = { type: ['array', 'null'], items: { type: 'integer', exclusiveMinimum: 3 }, 'x-own': 1 };
    expect(compileInput([accept], { override }).schema).toEqual({
      type: 'object',
      properties: { input: override },
      required: ['input'],
      additionalProperties: false,
    });
    const output = compileOutput(undefined, { override });
    expect(output.schema).toBe(override);
    expect(output.legacySchema?.properties).toEqual({ result: override });
  });

  it('is wrapped where its root is no object, whatever it names', () => {
    const override = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'integer' };
    const input = compileInput([accept], { override });
    expect(input.schema).toEqual({
      type: 'object',
      properties: { input: { type: 'integer' } },
      required: ['input'],
      additionalProperties: false,
    });
  });
});

it('teaches a class by `codecs`, by class or by the schema itself', () => {
  class Money {
    readonly cents: number;
    constructor(cents: number) {
      this.cents = cents;
    }
  }
  const hidden = z.custom<Money>((value) => value instanceof Money);
  const codec = {
    schema: { type: 'string', pattern: '^\\d+$' },
    decode: (wire: unknown) => new Money(Number(wire)),
    encode: (money: Money) => String(money.cents),
  };
  const byClass = compileInput([z.object({ m: z.instanceof(Money) })], {
    codecs: [{ class: Money, ...codec }],
  });
  const byParser = compileInput([z.object({ m: hidden.optional() })], {
    codecs: [{ parser: hidden, ...codec }],
  });
  expect(byClass.decode({ m: '5' })).toEqual({ m: new Money(5) });
  expect(byParser.decode({ m: '5' })).toEqual({ m: new Money(5) });
  expect(() => byClass.decode({ m: 'x' })).toThrow('m: expected a string, received "x"');
  expect(() => compileInput([z.object({ m: z.instanceof(Money) })])).toThrow(
    /^m: an instance of Money .*codecs/,
  );
});

describe('a schema that another one stands around', () => {
  it.each<[string, unknown]>([
    ['z.any().pipe()', z.object({ at: z.any().pipe(z.date()) })],
    ['z.unknown().pipe()', z.object({ at: z.unknown().pipe(z.date()) })],
    ['z.any().pipe() of zod 3', z3.object({ at: z3.any().pipe(z3.date()) })],
    ['v.nonOptional()', v.object({ at: v.nonOptional(v.optional(v.date())) })],
    ['v.nonNullish()', v.object({ at: v.nonNullish(v.nullish(v.date())) })],
    ['v.required()', v.required(v.object({ at: v.optional(v.date()) }))],
  ])('is published and decoded: %s', (_, schema) => {
    const input = compileInput([schema], { converters: { valibot: toJsonSchema } });
    expect(input.schema.properties).toEqual({
      at: {
        type: 'string',
        format: 'date-time',
        description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z',
      },
    });
    expect(input.schema.required).toEqual(['at']);
    expect(input.decode({ at: now })).toEqual({ at });
  });

  it('stays as it is where a function stands between the two', () => {
    const codec = z.codec(z.any(), z.date(), { decode: (value) => new Date(value), encode: String });
    const input = compileInput([z.object({ at: codec, sum: z.any().transform(Number) })]);
    expect(input.schema.properties).toEqual({ at: {}, sum: {} });
    expect(input.decode({ at: now, sum: '1' })).toEqual({ at: now, sum: '1' });
  });
});

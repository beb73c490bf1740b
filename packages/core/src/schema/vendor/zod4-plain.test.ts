import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { JsonSchema } from '../json-schema.ts';
import { convertPlain } from './zod4-plain.ts';
import type { Zod4Schema } from './zod4-schema.ts';

const state = z.enum(['open', 'closed']).describe('How it stands');
const row = z.object({ id: z.uuid(), state, at: z.date().nullable(), tags: z.array(z.string()).max(9) });

const plain: Record<string, z.ZodType> = {
  texts: z.object({
    bare: z.string(),
    bounded: z.string().min(2).max(4).min(3),
    trimmed: z.string().trim().toLowerCase(),
    email: z.email(),
    url: z.url().optional(),
    pattern: z.string().regex(/^a+$/),
    datetime: z.iso.datetime({ offset: true }),
    time: z.iso.time(),
    base64: z.base64(),
    refined: z.string().refine((text) => text !== 'x'),
  }),
  numbers: z.object({
    int: z.int().min(1).max(100).default(20),
    above: z.number().gt(3).gte(2).lt(9),
    step: z.number().multipleOf(0.5),
    coerced: z.coerce.number(),
  }),
  'values without a type': z.object({ any: z.any(), unknown: z.unknown().optional(), nothing: z.null() }),
  literals: z.object({
    one: z.literal('a'),
    some: z.literal(['a', 1, null]),
    flag: z.literal(true),
    numbers: z.enum({ Low: 0, High: 1 }),
  }),
  wrappers: z.object({
    described: z.string().optional().describe('outside'),
    inside: z.string().describe('inside').optional(),
    both: z.string().describe('inside').optional().describe('outside').meta({ title: 'Both' }),
    deep: z.int().nullable().default(null).readonly().describe('deep'),
    listed: z.array(z.int().nullable()).min(1).default([1]).optional(),
    nullish: z.string().nullish(),
  }),
  unions: z.object({
    bare: z.union([z.string(), z.number(), z.boolean()]).optional(),
    nested: z.union([z.string(), z.union([z.number(), z.null()])]),
    bounded: z.union([z.string().min(1), z.int()]),
    tagged: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), a: z.string() }),
      z.object({ kind: z.literal('b') }),
    ]),
    nullable: z.union([z.string(), z.number()]).nullable().default('x'),
  }),
  objects: z.object({
    strict: z.strictObject({ a: z.string() }),
    loose: z.looseObject({ a: z.string().optional() }),
    others: z.object({ a: z.string() }).catchall(z.number().describe('more')),
    record: z.record(z.string(), z.number().optional()),
    refined: z.object({ a: z.string() }).refine(() => true),
    rows: z.array(row),
    same: z.object({ first: row, second: row.describe('The second') }),
  }),
  'meta of the app': z.object({
    id: z.string().meta({ title: 'Id', examples: ['a', 'b'], deprecated: true, 'x-own': 'more' }),
    required: z.object({ a: z.string() }).meta({ required: true }),
  }),
  'odd keys': z.object(
    JSON.parse('{"__proto__":1,"1":1,"a b":1}', (_, value) => (value === 1 ? z.string() : value)) as object,
  ),
};

/** What a document looks like in JSON, the order of its keys included. */
const asText = (document: unknown): string => JSON.stringify(document, undefined, 1);

describe.each(['input', 'output'] as const)('as the schema of an %s', (io) => {
  const seen: unknown[] = [];
  const override = ({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: object }): void => {
    // An override changes what wrappers take over from inside.
    const schema = jsonSchema as JsonSchema;
    if ((zodSchema as Zod4Schema)._zod.def.type === 'date')
      Object.assign(schema, { type: 'string', format: 'date-time' });
    if ('default' in schema) {
      const { default: value } = schema;
      delete schema['default'];
      schema['default'] = value;
    }
    seen.push(zodSchema);
  };

  it.each(Object.entries(plain))('%s become what zod makes of them', (_, schema) => {
    const own = convertPlain(schema as unknown as Zod4Schema, io, override);
    const theirs = z.toJSONSchema(schema, { io, unrepresentable: 'any', override });
    expect(own).toBeDefined();
    expect(asText(own)).toBe(asText(theirs));
  });

  const tree: z.ZodType = z.object({
    name: z.string(),
    get inside() {
      return z.array(tree);
    },
  });
  const custom = z.string();
  custom._zod.toJSONSchema = () => ({ type: 'integer' });
  it.each<[string, z.ZodType]>([
    ['recursive', tree],
    ['with an id', z.object({ a: z.string().meta({ id: `named-${io}` }) })],
    [
      'made of one with an id',
      z.object({
        a: z
          .string()
          .meta({ id: `made-${io}` })
          .describe('x'),
      }),
    ],
    ['transformed', z.object({ a: z.string().transform(Number) })],
    ['a Map', z.map(z.string(), z.date())],
    ['a literal that JSON has not', z.object({ a: z.literal([1n]) })],
    ['a default that JSON changes', z.object({ a: z.date().default(new Date(0)) })],
    ['with two patterns', z.object({ a: z.string().regex(/a/).regex(/b/) })],
    ['without an end', z.object({ a: z.number().max(Infinity) })],
    ['with meta that JSON changes', z.object({ a: z.string().meta({ 'x-own': new Date(0) }) })],
    ['with a JSON Schema of its own', z.object({ a: custom })],
    ['a record of some keys', z.record(z.enum(['a', 'b']), z.string())],
    [
      'a list with a size',
      z.array(z.string()).check({ _zod: { def: { check: 'max_size' }, onattach: [] } } as never),
    ],
  ])('leaves one to zod that is %s', (_, schema) => {
    expect(convertPlain(schema as unknown as Zod4Schema, io, () => {})).toBeUndefined();
  });
});

it('leaves schemas of other versions to them', () => {
  const schema = z.string();
  const { version } = schema._zod;
  Object.defineProperty(schema._zod, 'version', { value: { ...version, minor: version.minor + 1 } });
  expect(convertPlain(schema as unknown as Zod4Schema, 'input', () => {})).toBeUndefined();
});

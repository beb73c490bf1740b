import { toJsonSchema } from '@valibot/to-json-schema';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { compileInput, type SchemaOptions } from './input.ts';
import { UnknownArguments } from './unknown-arguments.ts';

const options: SchemaOptions = { converters: { valibot: toJsonSchema } };

/** The paths that are refused as unknown. */
function unknownIn(parsers: readonly unknown[], args: unknown, more: object = {}): string[] {
  try {
    compileInput(parsers, { ...options, ...more }).decode(args);
    return [];
  } catch (error) {
    if (error instanceof UnknownArguments) return error.issues.map(({ path }) => path);
    throw error;
  }
}

/** Whether the published schema takes the arguments. */
function isPublished(parsers: readonly unknown[], args: unknown): boolean {
  const ajv = new Ajv2020({ strict: false });
  return ajv.validate(compileInput(parsers, options).schema, args);
}

const a = z.object({ a: z.string() });
const b = z.object({ b: z.string() });

describe('an intersection is closed as a whole', () => {
  const eitherWith = z.intersection(
    z.union([z.object({ k: z.literal('x'), x: z.number() }), z.object({ k: z.literal('y'), y: z.number() })]),
    a,
  );
  it.each<[string, unknown, object, object, string]>([
    ['of zod', z.intersection(a, b), { a: 'a', b: 'b' }, { a: 'a', b: 'b', c: 1 }, 'in.c'],
    [
      'of zod 3',
      z3.object({ a: z3.string() }).and(z3.object({ b: z3.string() })),
      { a: 'a', b: 'b' },
      { a: 'a', b: 'b', c: 1 },
      'in.c',
    ],
    ['of a union', eitherWith, { k: 'x', x: 1, a: 'a' }, { k: 'x', x: 1, a: 'a', y: 1 }, 'in.y'],
    [
      'of three',
      z.intersection(z.intersection(a, b), z.object({ c: z.number() })),
      { a: 'a', b: 'b', c: 1 },
      { a: 'a', b: 'b', c: 1, d: 1 },
      'in.d',
    ],
    [
      'of objects inside',
      z.intersection(z.object({ o: a }), z.object({ o: b })),
      { o: { a: 'a', b: 'b' } },
      { o: { a: 'a', b: 'b', c: 1 } },
      'in.o.c',
    ],
    [
      'of a strict one',
      z.intersection(z.strictObject({ a: z.string() }), b),
      { a: 'a', b: 'b' },
      { a: 'a', b: 'b', c: 1 },
      'in.c',
    ],
    [
      'of a transformed one',
      z.intersection(
        a,
        b.transform((value) => value),
      ),
      { a: 'a', b: 'b' },
      { a: 'a', b: 'b', c: 1 },
      'in.c',
    ],
  ])('%s', (_, schema, good, bad, path) => {
    const parsers = [z3Or4({ in: schema })];
    expect([unknownIn(parsers, { in: good }), isPublished(parsers, { in: good })]).toEqual([[], true]);
    expect([unknownIn(parsers, { in: bad }), isPublished(parsers, { in: bad })]).toEqual([[path], false]);
  });

  it('of valibot', () => {
    const parsers = [
      v.object({ in: v.intersect([v.object({ a: v.string() }), v.object({ b: v.string() })]) }),
    ];
    expect(unknownIn(parsers, { in: { a: 'a', b: 'b' } })).toEqual([]);
    expect(unknownIn(parsers, { in: { a: 'a', b: 'b', c: 1 } })).toEqual(['in.c']);
  });

  it('lets pass what one half lets pass', () => {
    const parsers = [z.object({ in: z.intersection(a, z.looseObject({})) })];
    expect([
      unknownIn(parsers, { in: { a: 'a', c: 1 } }),
      isPublished(parsers, { in: { a: 'a', c: 1 } }),
    ]).toEqual([[], true]);
  });
});

/** Puts a schema of either version into an object of its own version. */
function z3Or4(shape: Record<string, unknown>): unknown {
  const isNew = Object.values(shape).every((schema) => '_zod' in (schema as object));
  return isNew ? z.object(shape as z.ZodRawShape) : z3.object(shape as never);
}

describe('a union', () => {
  const parsers = [z.object({ in: z.union([a, z.object({ a: z.string(), b: z.string() }), z.string()]) })];

  it('knows what one of its branches knows', () => {
    expect(unknownIn(parsers, { in: { a: 'a', b: 'b' } })).toEqual([]);
    expect(unknownIn(parsers, { in: { a: 'a', c: 'c' } })).toEqual(['in.c']);
  });

  it('that no branch fits is left to the validator, unless no branch knows the keys', () => {
    expect(unknownIn(parsers, { in: { a: 1 } })).toEqual([]);
    expect(unknownIn(parsers, { in: { a: 1, c: 1 } })).toEqual(['in.c']);
  });

  it('takes the branch that knows the keys, and decodes by it', () => {
    const input = compileInput([
      z.object({ in: z.union([z.object({ at: z.string() }), z.object({ at: z.date(), n: z.number() })]) }),
    ]);
    expect(input.decode({ in: { at: '2026-01-31T09:00:00Z', n: 1 } })).toEqual({
      in: { at: new Date('2026-01-31T09:00:00Z'), n: 1 },
    });
  });
});

it('of a file is found in a union, too', () => {
  const file = { name: 'a.txt', data: '' };
  for (const parser of [
    z.object({ in: z.file().nullable() }),
    z.object({ in: z.union([z.file(), z.number()]) }),
  ]) {
    expect(unknownIn([parser], { in: file })).toEqual([]);
    expect(unknownIn([parser], { in: { ...file, extra: null } })).toEqual(['in.extra']);
  }
});

describe('arktype', () => {
  it('lets unknown keys pass, and is asked about those that it deletes', () => {
    expect(unknownIn([type({ a: 'string' })], { a: 'a', b: 1 })).toEqual([]);
    const deletes = [type({ '+': 'delete', a: 'string', o: type({ '+': 'delete', n: 'number' }) })];
    expect(unknownIn(deletes, { a: 'a', o: { n: 1 } })).toEqual([]);
    expect(unknownIn(deletes, { a: 'a', o: { n: 1, m: 2 }, b: 1 })).toEqual(['o.m', 'b']);
    expect(isPublished(deletes, { a: 'a', o: { n: 1 }, b: 1 })).toBe(false);
  });
});

describe('an override', () => {
  const parse = (value: unknown): unknown => value;

  it('that is a JSON Schema stays as it is, and refuses what it forbids', () => {
    const open = { type: 'object', properties: { a: { type: 'string' } } };
    expect(compileInput([parse], { override: open }).schema).toEqual(open);
    expect(unknownIn([parse], { b: 1 }, { override: open })).toEqual([]);
    const closed = { ...open, additionalProperties: false };
    expect(compileInput([parse], { override: closed }).schema).toEqual(closed);
    expect(unknownIn([parse], { b: 1 }, { override: closed })).toEqual(['b']);
  });

  it('that is a validator is closed like one', () => {
    expect(unknownIn([parse], { a: 'a', b: 1 }, { override: a })).toEqual(['b']);
  });
});

it('passes keys of a pattern', () => {
  const parsers = [z.object({ in: z.looseRecord(z.string().regex(/^S_/), z.string()) })];
  expect(unknownIn(parsers, { in: { S_a: 'a', other: 1 } })).toEqual([]);
});

it('tells ten, and how many there are', () => {
  const rows = Array.from({ length: 12 }, () => ({ a: 'a', x: 1, y: 1 }));
  try {
    compileInput([z.object({ rows: z.array(a) })]).decode({ rows });
    expect.unreachable();
  } catch (error) {
    const { issues, count } = error as UnknownArguments;
    expect(issues).toHaveLength(10);
    expect(count).toBe(24);
  }
});

it('that are let pass leave the schema open', () => {
  expect(compileInput([a], { unknownArguments: 'pass' }).schema).toEqual({
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
  });
});

it('shares one budget between repair, decoding and the explanation', () => {
  const node: z.ZodType = z.lazy(() =>
    z.union([z.object({ a: z.number(), next: node }), z.object({ a: z.boolean(), next: node })]),
  );
  const input = compileInput([z.object({ node })]);
  let value: unknown = 'bottom';
  for (let level = 0; level < 40; level++) value = { a: 'x', next: value };
  expect(() => input.decode({ node: value })).toThrow(/too many alternatives/);
  expect(input.explain(new z.ZodError([]), { node: value })).toBeDefined();
});

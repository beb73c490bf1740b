import type { CodeTool, JsonSchema } from '@trpc-mcp/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { declareApi } from '../src/declare/declaration.ts';
import { TypeNames } from '../src/declare/type-names.ts';
import { TypeWriter } from '../src/declare/type-writer.ts';
import { compile } from './compile.ts';

/** The type of a schema, with the named types before it. */
function typeOf(schema: unknown): string {
  const names = new TypeNames();
  const type = new TypeWriter(schema, 'item', names).write(schema);
  return [...names.declarations, type].join('\n');
}

test.each<[schema: unknown, type: string]>([
  [{ type: 'string' }, 'string'],
  [{ type: 'integer' }, 'number'],
  [{ type: 'boolean' }, 'boolean'],
  [{ type: 'null' }, 'null'],
  [{ type: ['string', 'null'] }, 'string | null'],
  [{ type: 'string', nullable: true }, 'string | null'],
  [{}, 'unknown'],
  [true, 'unknown'],
  [false, 'never'],
  [undefined, 'unknown'],
  [7, 'unknown'],
  [{ type: 'nonsense' }, 'unknown'],
  [{ const: 'a' }, '"a"'],
  [{ const: null }, 'null'],
  [{ const: { a: [1, -2] } }, '{ a: [1, -2] }'],
  [{ enum: ['a', 1, null, true, 'a'] }, '"a" | 1 | null | true'],
  [{ enum: ['a"b\n'] }, '"a\\"b\\n"'],
  [{ type: 'string', enum: ['a', 'b'] }, '"a" | "b"'],
  [{ type: 'array' }, 'unknown[]'],
  [{ type: 'array', items: { type: 'string' } }, 'string[]'],
  [{ items: { type: 'string' } }, 'string[]'],
  [{ type: 'array', items: { enum: ['a', 'b'] } }, '("a" | "b")[]'],
  [{ type: 'array', items: { type: 'string', format: 'date' } }, '(string /* date */)[]'],
  [{ type: 'array', items: false }, '[]'],
  [
    { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
    '[string, number]',
  ],
  [{ type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'number' } }, '[string, ...number[]]'],
  [{ type: 'array', prefixItems: [{}, { type: 'number' }], minItems: 1, maxItems: 2 }, '[unknown, number?]'],
  [{ type: 'array', items: [{ type: 'string' }], additionalItems: false }, '[string]'],
  [{ type: 'object' }, '{ [key: string]: unknown }'],
  [{ type: 'object', additionalProperties: false }, '{}'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [key: string]: number }'],
  [{ type: 'object', patternProperties: { '^x': { type: 'number' } } }, '{ [key: string]: number }'],
  [
    { type: 'object', properties: { a: { type: 'string' }, 'b-c': { type: 'number' } }, required: ['a'] },
    '{ a: string; "b-c"?: number }',
  ],
  [
    { type: 'object', properties: { a: { type: 'string' } }, additionalProperties: { type: 'number' } },
    '{ a?: string } & { [key: string]: number }',
  ],
  [{ type: 'object', properties: { a: {} }, additionalProperties: {} }, '{ a?: unknown }'],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'string' }] }, 'string | number'],
  [{ oneOf: [{ type: 'string' }, {}] }, 'unknown'],
  [{ anyOf: [] }, 'unknown'],
  [
    { allOf: [{ properties: { a: { type: 'string' } } }, { properties: { b: {} } }] },
    '{ a?: string } & { b?: unknown }',
  ],
  [{ allOf: [{ anyOf: [{ const: 1 }, { const: 2 }] }, { type: 'number' }] }, '(1 | 2) & number'],
  [{ $ref: '#/nowhere' }, 'unknown'],
  [{ $ref: 'https://example.com/x.json' }, 'unknown'],
  [{ $ref: '#/$defs/A', $defs: { A: { type: 'string' } } }, 'string'],
  [{ $defs: { 'a/b~c d': { const: 5 } }, $ref: '#/$defs/a~1b~0c%20d' }, '5'],
])('%j is written as %s', (schema, type) => {
  expect(typeOf(schema)).toBe(type);
});

test('comments say what a type does not', () => {
  const schema = {
    type: 'object',
    properties: {
      at: { type: 'string', format: 'date-time', description: 'When' },
      since: {
        type: 'string',
        format: 'date-time',
        description: 'ISO 8601 date-time, such as 2026-01-31T09:00:00Z',
      },
      page: {
        type: 'integer',
        minimum: 1,
        maximum: 100,
        default: 1,
        description: 'The page.\nFrom one */ on',
      },
      code: { type: 'string', pattern: '^[A-Z]+$', maxLength: 4 },
      ids: { type: 'array', items: { type: 'string' }, minItems: 1, maxItems: 5 },
      old: { type: 'number', deprecated: true, exclusiveMinimum: 0 },
      big: { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
    },
    required: ['at'],
  };
  expect(typeOf(schema)).toBe(`{
  at: string; // When; date-time
  since?: string; // date-time
  page?: number; // The page. From one *\u200b/ on; 1 to 100; default 1
  code?: string; // at most 4 characters; /^[A-Z]+$/
  ids?: string[]; // 1 to 5 items
  old?: number; // deprecated; > 0
  big?: number;
}`);
});

test('a type that contains itself, or is used twice, has a name', () => {
  const customer = {
    type: 'object',
    properties: { id: { type: 'string' }, name: { type: 'string' }, manager: { $ref: '#/$defs/customer' } },
    required: ['id', 'name'],
  };
  const schema = {
    $defs: { customer },
    type: 'object',
    properties: {
      one: { $ref: '#/$defs/customer' },
      more: { type: 'array', items: { $ref: '#/$defs/customer' } },
    },
  };
  expect(typeOf(schema)).toBe(
    'type Customer = { id: string; name: string; manager?: Customer };\n{ one?: Customer; more?: Customer[] }',
  );
});

test.each([
  [{ $defs: { A: { $ref: '#/$defs/A' } }, $ref: '#/$defs/A' }],
  [
    {
      $defs: {
        A: { anyOf: [{ $ref: '#/$defs/B' }, { type: 'string' }] },
        B: { anyOf: [{ $ref: '#/$defs/A' }, { type: 'null' }] },
      },
      $ref: '#/$defs/A',
    },
  ],
  [
    {
      $defs: { A: { allOf: [{ $ref: '#/$defs/A' }, { properties: { a: { $ref: '#/$defs/A' } } }] } },
      $ref: '#/$defs/A',
    },
  ],
  [{ anyOf: [{ $ref: '#' }, { type: 'string' }] }],
  [{ type: 'array', items: { $ref: '#' } }],
  [{ type: 'object', additionalProperties: { $ref: '#' } }],
  [{ prefixItems: [{ $ref: '#' }], items: { $ref: '#/prefixItems/0' } }],
  [
    {
      $defs: { Promise: { type: 'object', properties: { Promise: { $ref: '#/$defs/Promise' } } } },
      $ref: '#/$defs/Promise',
    },
  ],
  [{ $defs: { 'ä ö': { type: 'object', properties: { a: { $ref: '#/$defs/ä ö' } } } }, $ref: '#/$defs/ä ö' }],
])('%# is valid, although it contains itself', (schema) => {
  expect(compile(declareApi([toTool('a', schema, schema)]))).toBe('');
});

function toTool(path: string, inputSchema: unknown, outputSchema?: unknown): CodeTool {
  return {
    name: path,
    path,
    type: 'query',
    title: path,
    description: '',
    inputSchema: inputSchema as CodeTool['inputSchema'],
    ...(outputSchema !== undefined && { outputSchema: outputSchema as JsonSchema }),
    isReadOnly: true,
    asks: false,
    toolset: 'app',
  };
}

test('procedures are declared at their paths, with what there is to know', () => {
  const input = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
  const text = declareApi([
    {
      ...toTool('customers.rename', input, { type: 'null' }),
      type: 'mutation',
      asks: true,
      description: 'Renames',
    },
    { ...toTool('customers.watch', { type: 'object' }, { type: 'array' }), type: 'subscription' },
    { ...toTool('health', { type: 'object', additionalProperties: false }), description: 'Is it up? */ yes' },
    toTool('files.read-all', { type: 'object', properties: { a: {} } }),
    toTool('customers', { type: 'object' }),
  ]);
  expect(text).toBe(`declare const api: {
  customers: {
    query(): Promise<unknown>;
    /** Renames. A person is asked before it runs. */
    rename: { mutate(input: { id: string }): Promise<null> };
    /** Its events are collected into the result. */
    watch: { query(): Promise<unknown[]> };
  };
  /** Is it up? *\u200b/ yes. */
  health: { query(): Promise<unknown> };
  files: {
    "read-all": { query(input?: { a?: unknown }): Promise<unknown> };
  };
};`);
  expect(compile(text)).toBe('');
});

test('the same type in two procedures is declared once, and another of that name has a number', () => {
  const withDef = (properties: object) => ({
    $defs: { Node: { type: 'object', properties: { ...properties, next: { $ref: '#/$defs/Node' } } } },
    type: 'object',
    properties: { node: { $ref: '#/$defs/Node' } },
  });
  const text = declareApi([
    toTool('a', withDef({ id: { type: 'string' } })),
    toTool('b', withDef({ id: { type: 'string' } })),
    toTool('c', withDef({ id: { type: 'number' } })),
  ]);
  expect(text.split('\n').filter((line) => line.startsWith('type'))).toEqual([
    'type Node = { id?: string; next?: Node };',
    'type Node2 = { id?: number; next?: Node2 };',
  ]);
  expect(compile(text)).toBe('');
});

test('an enum that is long is cut, and stays right', () => {
  const type = typeOf({ enum: Array.from({ length: 200 }, (_, index) => `value ${index}`) });
  expect(type.endsWith(' | "value 39" | /* 160 more */ string')).toBe(true);
});

const { schema: anySchema } = fc.letrec<{ schema: unknown }>((tie) => {
  const part = tie('schema');
  const name = fc.oneof(
    fc.constantFrom(
      'a',
      'b',
      '__proto__',
      'constructor',
      '$ref',
      'b-c',
      '',
      '1',
      'class',
      '*/',
      '`${x}`',
      '\u2028',
    ),
    fc.string({ maxLength: 6 }),
  );
  const record = (values: fc.Arbitrary<unknown>) => fc.dictionary(name, values, { maxKeys: 3 });
  const ref = fc.constantFrom(
    '#',
    '#/$defs/A',
    '#/$defs/B',
    '#/properties/a',
    '#/items',
    '#/anyOf/0',
    'x',
    '#/$defs/__proto__',
  );
  const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'array', 'object', 'odd');
  const text = fc.oneof(fc.constantFrom('*/', '/* ', '//', '\n', '\u2028x', '"; '), fc.string());
  const object = fc.record(
    {
      type: fc.oneof(type, fc.array(type, { maxLength: 3 }), fc.jsonValue()),
      properties: fc.oneof({ weight: 5, arbitrary: record(part) }, fc.jsonValue()),
      required: fc.oneof(fc.array(name, { maxLength: 3 }), fc.jsonValue()),
      additionalProperties: part,
      patternProperties: record(part),
      items: fc.oneof(part, fc.array(part, { maxLength: 3 })),
      prefixItems: fc.array(part, { maxLength: 3 }),
      minItems: fc.nat(4),
      maxItems: fc.nat(4),
      anyOf: fc.array(part, { maxLength: 3 }),
      oneOf: fc.array(part, { maxLength: 3 }),
      allOf: fc.array(part, { maxLength: 3 }),
      $ref: fc.oneof(ref, text),
      $defs: fc.record({ A: part, B: part }, { requiredKeys: [] }),
      const: fc.jsonValue(),
      enum: fc.array(fc.jsonValue(), { maxLength: 4 }),
      nullable: fc.boolean(),
      description: text,
      default: fc.jsonValue(),
      format: text,
      pattern: text,
      minimum: fc.double(),
      maximum: fc.double(),
      maxLength: fc.nat(),
      deprecated: fc.boolean(),
      contentEncoding: text,
    },
    { requiredKeys: [] },
  );
  return {
    schema: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.boolean(), object, fc.jsonValue()),
  };
});

test('whatever a schema is, its declaration is valid TypeScript', () => {
  const samples = fc.sample(fc.tuple(anySchema, anySchema), { numRuns: 400, seed: 23 });
  const source = samples.map(([input, output], index) => {
    // What is an object at its root, as core gives it.
    const schema =
      typeof input === 'object' && input !== null ? { ...input, type: 'object' } : { type: 'object' };
    return `namespace N${index} {\n${declareApi([toTool('a.b', schema, output), toTool('a.c', { ...schema }, output)])}\n}`;
  });
  const said = compile(source.join('\n'));
  expect(said).toBe('');
});

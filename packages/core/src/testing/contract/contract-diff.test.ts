import { expect, test } from 'vitest';
import type { JsonSchema } from '../../schema/json-schema.ts';
import { diffContracts } from './contract-diff.ts';
import type { Contract } from './contract-file.ts';

/** What is reported about one argument, or one property of a result, whose schema is another one than before. */
function changesOf(
  part: 'inputSchema' | 'outputSchema',
  before: JsonSchema,
  after: JsonSchema,
  defs: { before?: JsonSchema; after?: JsonSchema } = {},
): string[] {
  const toContract = (a: JsonSchema, $defs?: JsonSchema): Contract => {
    const schema = { type: 'object', properties: { a }, required: ['a'], ...($defs && { $defs }) };
    const tool = {
      path: 'get',
      annotations: {},
      scopes: [],
      inputSchema: { type: 'object' },
      [part]: schema,
    };
    return { tools: { get: tool }, resources: {}, prompts: {} };
  };
  const changes = diffContracts(toContract(before, defs.before), toContract(after, defs.after));
  return changes.map(({ at, what, isBreaking }) => `${isBreaking ? '!' : ' '} ${at}: ${what}`);
}

const text = { type: 'string' };
const nothing = { type: 'null' };

test.each<[string, JsonSchema, JsonSchema]>([
  ['a list of types', { type: ['string', 'null'] }, { anyOf: [text, nothing] }],
  [
    'an enum that may be null',
    { type: ['string', 'null'], enum: ['a', 'b', null] },
    { anyOf: [{ ...text, enum: ['a', 'b'] }, nothing] },
  ],
  [
    'an exclusive bound of whole numbers',
    { type: 'integer', exclusiveMinimum: 0, maximum: 9007199254740991 },
    { type: 'integer', minimum: 1 },
  ],
  [
    'an exclusive bound of other numbers',
    { type: 'number', exclusiveMinimum: 3 },
    { type: 'number', minimum: 3, description: 'more than 3' },
  ],
  [
    'bounds of safe integers',
    { type: 'integer', minimum: -9007199254740991, maximum: 9007199254740991 },
    { type: 'integer' },
  ],
  ['a const', { ...text, const: 'a' }, { ...text, enum: ['a'] }],
  [
    'names of properties',
    { type: 'object', propertyNames: { enum: ['x', 'y'] }, additionalProperties: text },
    { type: 'object', properties: { x: text, y: text }, additionalProperties: false },
  ],
  [
    'names of properties that a pattern tells',
    { type: 'object', propertyNames: { pattern: '^x' }, additionalProperties: text },
    {
      type: 'object',
      properties: {},
      additionalProperties: text,
      description: 'each key is matched by /^x/',
    },
  ],
  [
    'a pattern beside a format',
    { ...text, format: 'uuid', pattern: '^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$' },
    { ...text, format: 'uuid' },
  ],
  ['an escape', { ...text, pattern: String.raw`^\d+$` }, { ...text, pattern: '^[0-9]+$' }],
  ['an object without properties', { type: 'object' }, { type: 'object', properties: {} }],
  [
    'a tuple',
    { type: 'array', prefixItems: [text, { type: 'number' }], minItems: 2, maxItems: 2 },
    {
      type: 'array',
      prefixItems: [text, { type: 'number' }],
      items: { anyOf: [text, { type: 'number' }] },
      minItems: 2,
      maxItems: 2,
    },
  ],
  [
    'a tuple of several lengths',
    { type: 'array', anyOf: [{ maxItems: 0 }, { prefixItems: [text], minItems: 1, maxItems: 1 }] },
    {
      anyOf: [
        { type: 'array', items: {}, maxItems: 0 },
        { type: 'array', prefixItems: [text], items: text, minItems: 1, maxItems: 1 },
      ],
    },
  ],
])('%s breaks nothing when it is written as it is now', (_, before, after) => {
  const breaking = (part: 'inputSchema' | 'outputSchema') =>
    [...changesOf(part, before, after), ...changesOf(part, after, before)].filter((line) =>
      line.startsWith('!'),
    );
  expect(breaking('inputSchema')).toEqual([]);
  expect(breaking('outputSchema')).toEqual([]);
});

test('a definition is the same when it is written where it is used', () => {
  const user = { type: 'object', properties: { name: text }, required: ['name'] };
  const pair = (each: JsonSchema): JsonSchema => ({ type: 'object', properties: { from: each, to: each } });
  const before = pair({ $ref: '#/$defs/User' });
  expect(changesOf('inputSchema', before, pair(user), { before: { User: user } })).toEqual([]);
  expect(changesOf('outputSchema', pair(user), before, { after: { User: user } })).toEqual([]);
});

test.each<[string, JsonSchema, string]>([
  ['a text', text, 'type: now with "null"'],
  ['a reference', { $ref: '#/$defs/Node' }, 'anyOf: now with {"type":"null"}'],
  [
    'a union that says which',
    {
      oneOf: [
        { type: 'object', properties: { k: { type: 'string', enum: ['a'] } }, required: ['k'] },
        { type: 'object', properties: { k: { type: 'string', enum: ['b'] } }, required: ['k'] },
      ],
    },
    'anyOf: now with {"type":"null"}',
  ],
  [
    'a union of objects',
    {
      anyOf: [
        { type: 'object', properties: { a: text }, required: ['a'] },
        { type: 'object', properties: { b: text }, required: ['b'] },
      ],
    },
    'anyOf: now with {"type":"null"}',
  ],
])('%s that may also be null is wider', (_, before, what) => {
  const Node = { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } };
  const defs = { before: { Node }, after: { Node } };
  const branches = (before['anyOf'] as JsonSchema[] | undefined) ?? [before];
  const after = { anyOf: [...branches, nothing] };
  const back = what.replace('now with', 'no longer with');
  const at = 'properties.a';
  expect(changesOf('inputSchema', before, after, defs)).toEqual([`  get inputSchema.${at}.${what}`]);
  expect(changesOf('inputSchema', after, before, defs)).toEqual([`! get inputSchema.${at}.${back}`]);
  expect(changesOf('outputSchema', before, after, defs)).toEqual([`! get outputSchema.${at}.${what}`]);
  expect(changesOf('outputSchema', after, before, defs)).toEqual([`  get outputSchema.${at}.${back}`]);
  const nested = { anyOf: [before, nothing] };
  expect(changesOf('inputSchema', after, nested, defs)).toEqual([]);
});

test('a schema that may be null and takes less than before is narrower', () => {
  expect(
    changesOf('inputSchema', { ...text, maxLength: 5 }, { anyOf: [{ ...text, maxLength: 4 }, nothing] }),
  ).toEqual([
    '! get inputSchema.properties.a.maxLength: 5 → 4',
    '  get inputSchema.properties.a.type: now with "null"',
  ]);
});

test('a recursive output that is no longer listed breaks nothing; another output does', () => {
  const Node = { type: 'object', properties: { next: { $ref: '#/$defs/Node' } } };
  const lost = (outputSchema: JsonSchema) => {
    const tool = { path: 'get', annotations: {}, scopes: [], inputSchema: { type: 'object' as const } };
    return diffContracts(
      { tools: { get: { ...tool, outputSchema } } },
      { tools: { get: tool }, resources: {}, prompts: {} },
    ).map(({ isBreaking }) => isBreaking);
  };
  expect(lost({ $ref: '#/$defs/Node', $defs: { Node } })).toEqual([false]);
  expect(lost({ type: 'object', properties: { next: { $ref: '#' } } })).toEqual([false]);
  expect(lost({ type: 'object', properties: { next: text } })).toEqual([true]);
});

import { expect, test } from 'vitest';
import { toLimitWords, toTypeWords } from './type-words.ts';

const words = (schema: unknown, root: unknown = schema) => toTypeWords(schema, root);

test.each([
  [{ type: 'string' }, 'text'],
  [{ type: 'string', format: 'date-time' }, 'date and time'],
  [{ type: 'string', format: 'hostname' }, 'text (hostname)'],
  [{ type: 'string', contentEncoding: 'base64', contentMediaType: 'image/png' }, 'image/png in base64'],
  [{ type: 'integer' }, 'whole number'],
  [{ type: ['string', 'null'] }, 'text or null'],
  [{ enum: ['active', 'paused', 3] }, '"active", "paused" or 3'],
  [{ const: null }, 'null'],
  [{ type: 'array', items: { type: 'string' } }, 'list of text'],
  [{ type: 'array', items: { anyOf: [{ type: 'string' }, { type: 'number' }] } }, 'list of (text or number)'],
  [{ type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] }, 'list of exactly: text, number'],
  [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'object of any keys with true or false'],
  [{ properties: { a: true } }, 'object'],
  [{ oneOf: [{ type: 'string' }, { type: 'string' }, { type: 'null' }] }, 'text or null'],
  [true, 'anything'],
  [{}, 'anything'],
  [false, 'nothing at all'],
  [undefined, 'anything'],
  ['nonsense', 'anything'],
  [{ type: 7 }, 'anything'],
])('%j is %s', (schema, expected) => {
  expect(words(schema)).toBe(expected);
});

test('many values are cut, and counted', () => {
  expect(words({ enum: Array.from({ length: 20 }, (_, index) => index) })).toBe(
    '0, 1, 2, 3, 4, 5, 6, 7 or 12 more',
  );
});

test('a reference to an object has its name, and one to anything else is described', () => {
  const root = {
    $defs: { Node: { type: 'object', properties: {} }, Id: { type: 'string', format: 'uuid' } },
  };
  expect(words({ $ref: '#/$defs/Node' }, root)).toBe('object (Node)');
  expect(words({ type: 'array', items: { $ref: '#/$defs/Id' } }, root)).toBe('list of UUID');
});

test('references that lead in a circle, or nowhere, end', () => {
  const root = { $defs: { A: { $ref: '#/$defs/B' }, B: { $ref: '#/$defs/A' } } };
  expect(words({ $ref: '#/$defs/A' }, root)).toBe('anything');
  expect(words({ $ref: 'https://example.com/schema' }, root)).toBe('anything');
  expect(words({ $ref: '#' }, { type: 'array', items: { $ref: '#' } })).toBe('list of object (the root)');
});

test('choices of choices do not multiply without end', () => {
  const $defs: Record<string, unknown> = {};
  for (let level = 0; level < 12; level++)
    $defs[`L${level}`] = { anyOf: Array.from({ length: 12 }, () => ({ $ref: `#/$defs/L${level + 1}` })) };
  expect(words({ $ref: '#/$defs/L0' }, { $defs }).length).toBeLessThan(1000);
});

test.each([
  [{ minLength: 1, maxLength: 64 }, ['1 to 64 characters']],
  [{ minimum: 0 }, ['at least 0']],
  [{ minLength: 0 }, []],
  [{ exclusiveMinimum: 0, maximum: 5 }, ['at most 5', 'more than 0']],
  [{ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }, []],
  [{ minItems: 2, maxItems: 2, uniqueItems: true }, ['exactly 2 entries', 'no entry twice']],
  [{ pattern: '^a' }, ['matches ^a']],
  [true, []],
])('the limits of %j are %j', (schema, expected) => {
  expect(toLimitWords(schema, schema)).toEqual(expected);
});

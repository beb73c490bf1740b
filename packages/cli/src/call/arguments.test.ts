import { describe, expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

const schema = {
  properties: {
    point: { $ref: '#/$defs/Point' },
    both: {
      allOf: [{ properties: { count: { type: 'integer' } } }, { properties: { name: { type: 'string' } } }],
    },
    either: {
      anyOf: [{ properties: { at: { type: 'number' } } }, { properties: { by: { type: 'string' } } }],
    },
    'x.y': { type: 'number' },
    inside: { properties: { 'a.b': { type: 'number' } } },
    yes: { const: true },
    pair: { type: 'array', prefixItems: [{ type: 'number' }, { type: 'number' }] },
    rates: { type: 'object', additionalProperties: { type: 'number' } },
    codes: { $ref: '#/$defs/Codes' },
  },
  $defs: {
    Point: { properties: { x: { type: 'number' }, next: { $ref: '#/$defs/Point' } } },
    Codes: { type: 'array', items: { type: 'string' } },
  },
};

describe('--arg reads a value as its schema wants it', () => {
  test.each([
    ['through a reference', ['point.x=1'], { point: { x: 1 } }],
    ['through a recursive reference', ['point.next.next.x=1'], { point: { next: { next: { x: 1 } } } }],
    ['in an intersection', ['both.count=1', 'both.name=007'], { both: { count: 1, name: '007' } }],
    ['in a union', ['either.at=1'], { either: { at: 1 } }],
    ['at a key that has a dot', ['x.y=1'], { 'x.y': 1 }],
    ['at a key inside that has a dot', ['inside.a.b=1'], { inside: { 'a.b': 1 } }],
    ['for one value', ['yes=true'], { yes: true }],
    ['in a tuple', ['pair=1', 'pair=2'], { pair: [1, 2] }],
    ['in a record', ['rates.chf=1.5'], { rates: { chf: 1.5 } }],
    ['in a list that is referred to', ['codes=01'], { codes: ['01'] }],
    ['where there is no schema', ['other.key=1'], { other: { key: '1' } }],
    ['with an equals sign in it', ['other=b=c'], { other: 'b=c' }],
  ])('%s', (_, given, expected) => {
    expect(readArguments(undefined, given, schema, '.')).toEqual(expected);
  });
});

test('a key that is called __proto__ is a key', () => {
  const args = readArguments(undefined, ['__proto__.polluted=1'], schema, '.');
  expect(JSON.stringify(args)).toBe('{"__proto__":{"polluted":"1"}}');
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

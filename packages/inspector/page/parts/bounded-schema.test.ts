import { expect, test } from 'vitest';
import { checkValue } from '../try/form/check.ts';
import { isSlow, toBoundedSchema } from './bounded-schema.ts';

/** Alternatives that refer to alternatives: 2 to the power of `count` ways to say no. */
function toNested(count: number): object {
  const names = Array.from({ length: count }, (_, index) => `D${index}`);
  const definitions = names.map((name, index): [string, object] => {
    const next = { $ref: `#/$defs/D${index + 1}` };
    return [name, { anyOf: [next, next] }];
  });
  return {
    $ref: '#/$defs/D0',
    $defs: Object.fromEntries([...definitions, [`D${count}`, { type: 'number' }]]),
  };
}

test('alternatives that multiply are not tried one after another', () => {
  expect(toBoundedSchema(toNested(40), 'text')).toBeUndefined();
  expect(checkValue(toNested(40), 'text')).toEqual([]);
  expect(checkValue(toNested(3), 'text')).not.toEqual([]);
});

test('a schema that refers to nothing but itself is not followed', () => {
  expect(checkValue({ $ref: '#' }, 'text')).toEqual([]);
});

test('a schema of trees is followed as far as the value goes', () => {
  const tree = { type: 'object', properties: { left: { $ref: '#' }, right: { $ref: '#' } } };
  expect(toBoundedSchema(tree, { left: { left: {} }, right: {} })).toBe(tree);
  expect(checkValue(tree, { left: { left: 1 } })).toEqual([
    { path: ['left', 'left'], message: 'Expected object, but this is number.' },
  ]);
});

test.each([
  ['^(a+)+$', 40],
  ['^(?:a|a)*$', 40],
  ['^(\\w+\\s?)*$', 40],
  ['(x+x+)+y', 40],
  ['^(a{1,30}){1,30}$', 40],
  ['^a*a*a*a*b$', 2000],
  ['.*.*=.*', 5000],
])('the pattern %s is not tried on %i characters', (pattern, length) => {
  expect(isSlow(pattern, length)).toBe(true);
  const schema = { properties: { text: { type: 'string', pattern, minLength: 10_000 } } };
  expect(checkValue(schema, { text: 'a'.repeat(length) })).toHaveLength(1);
});

test.each([
  '^[a-z]+$',
  '^\\d{4}-\\d{2}-\\d{2}$',
  '^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{12})$',
  '^(?:\\d\\d|[a-c]+)(?:\\.\\d+)?Z$',
  '^[(*+)]+$',
  '^\\(a\\+\\)+$',
  '^cus_[a-z0-9]{1,64}$',
])('the pattern %s is tried', (pattern) => {
  expect(isSlow(pattern, 200)).toBe(false);
  expect(checkValue({ type: 'string', pattern }, '\u0001')).toHaveLength(1);
});

test('only the pattern is left out, and no value of the app', () => {
  const pattern = '^(a+)+$';
  const schema = { anyOf: [{ const: { pattern } }, { type: 'string', pattern, maxLength: 99 }] };
  expect(toBoundedSchema(schema, 'a'.repeat(50))).toEqual({
    anyOf: [{ const: { pattern } }, { type: 'string', maxLength: 99 }],
  });
});

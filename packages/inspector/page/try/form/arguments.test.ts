import { describe, expect, test } from 'vitest';
import { findOption, toArguments } from './arguments.ts';
import { toFormSchema } from './form-schema.ts';

const schema = toFormSchema(
  {
    type: 'object',
    properties: {
      text: { type: 'string', default: 'x' },
      kind: { const: 'v1' },
      maybe: { const: 'v2' },
      list: { type: 'array', items: { type: 'string' } },
      other: { type: 'array', items: { type: 'string' } },
      inner: {
        type: 'object',
        properties: { deep: { type: 'object', properties: { a: { type: 'string' } } } },
        required: ['deep'],
      },
      pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }] },
      pay: {
        oneOf: [
          {
            type: 'object',
            properties: { t: { const: 'a' }, n: { type: 'array', items: { type: 'number' } } },
            required: ['t', 'n'],
          },
          { type: 'object', properties: { t: { const: 'b' }, m: { type: 'string' } }, required: ['t', 'm'] },
        ],
      },
      tree: { $ref: '#/$defs/node' },
      _dryRun: { type: 'boolean' },
    },
    required: ['text', 'kind', 'list', 'inner', 'pair'],
    $defs: { node: { type: 'object', properties: { next: { $ref: '#/$defs/node' } } } },
  },
  ['_dryRun'],
);

describe('the arguments of a form', () => {
  test('leave out what nobody has filled in, and have what can only be one thing', () => {
    expect(toArguments(undefined, schema)).toEqual({ kind: 'v1', list: [], inner: { deep: {} } });
    expect(toArguments({ text: undefined, pair: [undefined, undefined] }, schema)).toEqual({
      kind: 'v1',
      list: [],
      inner: { deep: {} },
    });
  });

  test('keep what was filled in, keys that the schema does not know included', () => {
    const data = JSON.parse(
      '{"text":"","maybe":"v2","pair":["a"],"pay":{"t":"a"},"tree":{"next":{}},"more":null,"__proto__":1}',
    ) as object;
    const args = toArguments(data, schema);
    expect(JSON.parse(JSON.stringify(args))).toEqual(
      JSON.parse(
        '{"text":"","maybe":"v2","pair":["a"],"pay":{"t":"a","n":[]},"tree":{"next":{}},"more":null,"__proto__":1,"kind":"v1","list":[],"inner":{"deep":{}}}',
      ),
    );
  });

  test('belong to the alternative whose constants they have, also while they are not complete', () => {
    const options = (schema.properties!['pay'] as { anyOf: object[] }).anyOf;
    expect(findOption(options, { t: 'b' }, schema)).toBe(1);
    expect(findOption(options, { t: 'a', m: 'x' }, schema)).toBe(0);
    expect(findOption(options, undefined, schema)).toBe(-1);
    expect(findOption(options, 'text', schema)).toBe(-1);
  });

  test('have no field for the switches', () => {
    expect(Object.keys(schema.properties!)).not.toContain('_dryRun');
  });
});

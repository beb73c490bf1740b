import { CfWorkerJsonSchemaValidator } from '@modelcontextprotocol/client/validators/cf-worker';
import { describe, expect, test } from 'vitest';
import { checkValue } from './check.ts';

const schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 2 },
    age: { type: 'integer', minimum: 0 },
    at: { type: 'string', format: 'date-time' },
    pay: {
      anyOf: [
        {
          type: 'object',
          properties: { kind: { const: 'card' }, number: { type: 'string' } },
          required: ['kind', 'number'],
          additionalProperties: false,
        },
        {
          type: 'object',
          properties: { kind: { const: 'cash' }, coins: { type: 'integer' } },
          required: ['kind', 'coins'],
          additionalProperties: false,
        },
      ],
    },
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
    tree: { $ref: '#/$defs/node' },
    tagged: {
      oneOf: [
        {
          type: 'object',
          properties: { t: { type: 'string', enum: ['a'] }, n: { type: 'string', enum: ['x', 'y'] } },
          required: ['t', 'n'],
          additionalProperties: false,
        },
        {
          type: 'object',
          properties: { t: { type: 'string', enum: ['b'] } },
          required: ['t'],
          additionalProperties: false,
        },
      ],
    },
    maybe: { anyOf: [{ type: 'string' }, { type: 'null' }] },
  },
  required: ['name'],
  additionalProperties: false,
  $defs: {
    node: {
      type: 'object',
      properties: { label: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
      required: ['label'],
    },
  },
};

const deepTree = (leaf: unknown) => ({ label: 'a', children: [{ label: 'b', children: [leaf] }] });

describe('what is wrong with arguments', () => {
  test.each([
    [{ name: 'Ada' }, []],
    [{}, ['name']],
    [{ name: 'A' }, ['name']],
    [{ name: 'Ada', age: 1.5 }, ['age']],
    [{ name: 'Ada', age: -1 }, ['age']],
    [{ name: 'Ada', at: '2026-02-30' }, ['at']],
    [{ name: 'Ada', more: 1 }, ['more']],
    [{ name: 'Ada', pay: { kind: 'card', number: 4 } }, ['pay/number']],
    [{ name: 'Ada', pay: { kind: 'cash' } }, ['pay/coins']],
    [{ name: 'Ada', pay: { kind: 'gold' } }, ['pay']],
    [{ name: 'Ada', tagged: { t: 'a' } }, ['tagged/n']],
    [{ name: 'Ada', tagged: { t: 'a', n: 'z' } }, ['tagged/n']],
    [{ name: 'Ada', tagged: { t: 'c' } }, ['tagged']],
    [{ name: 'Ada', pair: ['a', 'b'] }, ['pair/1']],
    [{ name: 'Ada', tree: deepTree({ label: 'c' }) }, []],
    [{ name: 'Ada', tree: deepTree({}) }, ['tree/children/0/children/0/label']],
    [{ name: 'Ada', maybe: null }, []],
    [{ age: 'x', maybe: 'y' }, ['name', 'age']],
  ])('of %j is at %j', (value, paths) => {
    const found = checkValue(schema, value).map(({ path }) => path.join('/'));
    expect(new Set(found)).toEqual(new Set(paths));
    expect(found).toHaveLength(paths.length);
  });

  test('agrees with the validator of the official client for values of every shape', () => {
    const official = new CfWorkerJsonSchemaValidator().getValidator(schema);
    const parts: unknown[] = [
      'Ada',
      '',
      1,
      -1,
      1.5,
      null,
      true,
      [],
      {},
      ['a', 1],
      { kind: 'card', number: '4' },
      { kind: 'cash', coins: 2 },
      deepTree({}),
      deepTree({ label: 'c' }),
      '2026-01-31T09:00:00Z',
    ];
    let count = 0;
    let valid = 0;
    for (const key of [...Object.keys(schema.properties), '__proto__', 'a/b~c']) {
      for (const part of parts) {
        const value = JSON.parse(`{"name":"Ada",${JSON.stringify(key)}:${JSON.stringify(part)}}`) as unknown;
        const verdict = checkValue(schema, value).length === 0;
        expect([value, verdict]).toEqual([value, official(value).valid]);
        count++;
        valid += Number(verdict);
      }
    }
    // Neither verdict is the only one.
    expect(valid).toBeGreaterThan(8);
    expect(count - valid).toBeGreaterThan(8);
  });

  test('takes megabytes of base64, and leaves a schema that cannot be read to the server', () => {
    const file = {
      type: 'object',
      properties: {
        data: {
          type: 'string',
          contentEncoding: 'base64',
          pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
        },
      },
    };
    expect(checkValue(file, { data: 'AAAA'.repeat(2_000_000) })).toEqual([]);
    expect(checkValue(file, { data: 'no!' })).toHaveLength(1);
    expect(checkValue({ $ref: '#/$defs/none' }, 1)).toEqual([]);
  });
});

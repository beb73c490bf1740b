import { expect, test } from 'vitest';
import { toArguments } from './argument.ts';

const pathsOf = (schema: unknown) => toArguments(schema).all.map(({ path }) => path);

test('an argument has its type, its default and its limits in words', () => {
  const schema = {
    type: 'object',
    properties: {
      page: { type: 'integer', minimum: 1, default: 1, description: 'Counts from 1.' },
      tags: { type: 'array', items: { type: 'string', maxLength: 9 } },
    },
    required: ['page'],
  };
  expect(toArguments(schema).all).toEqual([
    {
      path: 'page',
      level: 0,
      type: 'whole number',
      isRequired: true,
      description: 'Counts from 1.',
      default: '1',
      limits: ['at least 1'],
    },
    {
      path: 'tags',
      level: 0,
      type: 'list of text',
      isRequired: false,
      description: undefined,
      default: undefined,
      limits: ['each: at most 9 characters'],
    },
  ]);
});

test('what is inside of objects, lists, maps and choices has its place', () => {
  const object = (properties: object) => ({ type: 'object', properties });
  expect(
    pathsOf(
      object({
        filter: object({ status: { type: 'string' } }),
        lines: { type: 'array', items: object({ amount: { type: 'number' } }) },
        byId: { type: 'object', additionalProperties: object({ name: {} }) },
        owner: { anyOf: [object({ id: {} }), object({ email: {} })] },
      }),
    ),
  ).toEqual([
    'filter',
    'filter.status',
    'lines',
    'lines[].amount',
    'byId',
    'byId.{key}.name',
    'owner',
    'owner (choice 1).id',
    'owner (choice 2).email',
  ]);
});

test('what contains itself is listed once', () => {
  const schema = {
    type: 'object',
    properties: { root: { $ref: '#/$defs/Node' } },
    $defs: {
      Node: {
        type: 'object',
        properties: {
          name: { type: 'string' },
          children: { type: 'array', items: { $ref: '#/$defs/Node' } },
        },
      },
    },
  };
  expect(toArguments(schema).all.map(({ path, type }) => [path, type])).toEqual([
    ['root', 'object (Node)'],
    ['root.name', 'text'],
    ['root.children', 'list of object (Node)'],
  ]);
});

test('ten levels are listed, and a hundred are cut with a word about it', () => {
  const nest = (levels: number): object =>
    levels === 0
      ? { type: 'string' }
      : { type: 'object', properties: { [`level${levels}`]: nest(levels - 1) } };
  expect(pathsOf(nest(10))).toHaveLength(10);
  expect(toArguments(nest(10)).areMore).toBe(false);
  expect(toArguments(nest(100))).toMatchObject({ areMore: true });
});

test('choices of choices do not multiply without end', () => {
  const $defs: Record<string, unknown> = { L30: { properties: { a: {} } } };
  for (let level = 0; level < 30; level++)
    $defs[`L${level}`] = { anyOf: [{ $ref: `#/$defs/L${level + 1}` }, { $ref: `#/$defs/L${level + 1}` }] };
  expect(toArguments({ $ref: '#/$defs/L0', $defs }).areMore).toBe(true);
});

test.each([true, {}, { type: 'object', properties: 'none' }, { properties: { a: true, b: false } }, 'x'])(
  '%j can be read',
  (schema) => {
    expect(() => toArguments(schema)).not.toThrow();
  },
);

import { scope, type as ark, type Type as Schema } from 'arktype';
import type { Kind, Scalar, Type } from './type.ts';

const kinds: Kind[] = [
  ...([
    'string',
    'number',
    'int',
    'boolean',
    'null',
    'any',
    'date',
    'bigint',
    'url',
    'bytes',
    'file',
  ] as const),
  ...(['literal', 'enum', 'array', 'record', 'optional', 'nullable', 'brand', 'tuple', 'object'] as const),
  // No morphs, because arktype refuses them in unions that overlap.
  ...(['variants', 'union', 'tree'] as const),
];

const scalars: Partial<Record<Scalar, string>> = {
  string: 'string',
  number: 'number',
  int: 'number.safe % 1',
  boolean: 'boolean',
  null: 'null',
  any: 'unknown',
  date: 'Date',
  bigint: 'bigint',
  bytes: 'TypedArray.Uint8',
  file: 'File',
};

/** arktype. */
export const arktype = { kinds: new Set(kinds), build };

function build(type: Type): Schema {
  switch (type.kind) {
    case 'url':
      return ark.instanceOf(URL);
    case 'literal':
      return ark.enumerated(...type.values);
    case 'enum':
      return ark.enumerated(...type.keys);
    case 'array':
      return build(type.of).array();
    case 'record':
      return ark({ '[string]': build(type.of) }) as Schema;
    case 'nullable':
      return build(type.of).or('null');
    case 'optional': // as a root; as a property it is spelt in the key
      return build(type.of).or('undefined');
    case 'brand':
      return build(type.of).brand('Brand') as Schema;
    case 'tuple':
      return ark(
        (type.rest === undefined
          ? type.items.map(build)
          : [...type.items.map(build), '...', build(type.rest).array()]) as never,
      ) as Schema;
    case 'object':
      return ark({
        ...shapeOf(type.shape),
        ...(type.mode === 'strict' ? { '+': 'reject' } : {}),
      } as never) as Schema;
    case 'variants':
      return Object.entries(type.options)
        .map(([name, shape]) => ark({ [type.key]: `'${name}'`, ...shapeOf(shape) } as never) as Schema)
        .reduce((left, right) => left.or(right));
    case 'union':
      return type.options.map(build).reduce((left, right) => left.or(right));
    case 'tree': {
      const leaf = build(type.leaf);
      const next = { array: 'node[]', record: { '[string]': 'node' }, optional: 'node' }[type.via as 'array'];
      return (
        scope({ leaf, node: { leaf: 'leaf', 'next?': next } } as never).export() as unknown as {
          node: Schema;
        }
      ).node;
    }
    default: {
      const definition = scalars[type.kind as Scalar];
      if (definition === undefined) throw new Error(`arktype has no ${type.kind}`);
      return ark(definition as 'string');
    }
  }
}

function shapeOf(shape: Record<string, Type>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(shape).map(([name, type]) =>
      type.kind === 'optional' ? [`${name}?`, build(type.of)] : [name, build(type)],
    ),
  );
}

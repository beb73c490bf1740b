import { z, type ZodTypeAny } from 'zod3';
import type { Kind, Type } from './type.ts';

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
    'literal',
    'bigintLiteral',
  ] as const),
  ...([
    'enum',
    'array',
    'set',
    'record',
    'map',
    'optional',
    'nullable',
    'default',
    'catch',
    'readonly',
  ] as const),
  ...([
    'brand',
    'lazy',
    'transform',
    'tuple',
    'pairs',
    'object',
    'intersection',
    'variants',
    'union',
    'tree',
  ] as const),
];

/** zod 3. */
export const v3 = { kinds: new Set(kinds), build };

function build(type: Type): ZodTypeAny {
  switch (type.kind) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'any':
    case 'date':
    case 'bigint':
      return scalars[type.kind]();
    case 'int':
      return z.number().int();
    case 'literal': {
      const [first, ...more] = type.values.map((value) => z.literal(value));
      return more.length === 0 ? first! : z.union([first!, more[0]!, ...more.slice(1)]);
    }
    case 'bigintLiteral':
      return z.literal(type.value);
    case 'enum':
      return z.enum(type.keys as [string]);
    case 'array':
      return z.array(build(type.of));
    case 'set':
      return z.set(build(type.of));
    case 'record':
      return z.record(build(type.of));
    case 'map':
      return z.map(z.string(), build(type.of));
    case 'pairs':
      return z.map(build(type.key), build(type.of));
    case 'optional':
      return build(type.of).optional();
    case 'nullable':
      return build(type.of).nullable();
    case 'default':
      return build(type.of).nullable().default(null);
    case 'catch':
      return build(type.of).catch('the catch');
    case 'readonly':
      return build(type.of).readonly();
    case 'brand':
      return build(type.of).brand('Brand');
    case 'lazy': {
      const inner = build(type.of);
      return z.lazy(() => inner);
    }
    case 'transform':
      return build(type.of).transform((value: unknown) => ({ made: value }));
    case 'tuple': {
      const items = z.tuple(type.items.map(build) as [ZodTypeAny]);
      return type.rest === undefined ? items : items.rest(build(type.rest));
    }
    case 'object': {
      const object = z.object(shapeOf(type.shape));
      return { strip: object, strict: object.strict(), loose: object.passthrough() }[type.mode];
    }
    case 'intersection':
      return z.intersection(build(type.left), build(type.right));
    case 'variants':
      return z.discriminatedUnion(
        type.key,
        Object.entries(type.options).map(([name, shape]) =>
          z.object({ [type.key]: z.literal(name), ...shapeOf(shape) }),
        ) as never,
      );
    case 'union':
      return z.union(type.options.map(build) as [ZodTypeAny, ZodTypeAny]);
    case 'tree': {
      const leaf = build(type.leaf);
      const node: ZodTypeAny = z.lazy(() => z.object({ leaf, next: next().optional() }));
      const next = {
        array: () => z.array(node),
        set: () => z.set(node),
        map: () => z.map(z.string(), node),
        pairs: () => z.map(z.bigint(), node),
        record: () => z.record(node),
        optional: () => node,
      }[type.via];
      return node;
    }
    default:
      throw new Error(`zod 3 has no ${type.kind}`);
  }
}

const scalars = {
  string: z.string,
  number: z.number,
  boolean: z.boolean,
  null: z.null,
  any: z.any,
  date: z.date,
  bigint: z.bigint,
};

function shapeOf(shape: Record<string, Type>): Record<string, ZodTypeAny> {
  return Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, build(type)]));
}

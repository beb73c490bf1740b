import * as v from 'valibot';
import type { Kind, Type } from './type.ts';

type Schema = v.GenericSchema;

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
    'nan',
    'url',
    'regexp',
    'bytes',
  ] as const),
  ...([
    'file',
    'blob',
    'literal',
    'bigintLiteral',
    'enum',
    'array',
    'set',
    'record',
    'map',
    'optional',
  ] as const),
  ...(['nullable', 'default', 'catch', 'readonly', 'brand', 'lazy', 'transform', 'tuple', 'pairs'] as const),
  ...(['object', 'intersection', 'variants', 'union', 'tree'] as const),
];

/** valibot. */
export const valibot = { kinds: new Set(kinds), build };

function build(type: Type): Schema {
  switch (type.kind) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'any':
    case 'date':
    case 'bigint':
    case 'nan':
    case 'file':
    case 'blob':
      return scalars[type.kind]();
    case 'int':
      return v.pipe(v.number(), v.safeInteger());
    case 'url':
      return v.instance(URL);
    case 'regexp':
      return v.instance(RegExp);
    case 'bytes':
      return v.instance(Uint8Array);
    case 'literal':
      return v.union(type.values.map((value) => (value === null ? v.null() : v.literal(value))));
    case 'bigintLiteral':
      return v.literal(type.value);
    case 'enum':
      return v.picklist(type.keys);
    case 'array':
      return v.array(build(type.of));
    case 'set':
      return v.set(build(type.of));
    case 'record':
      return v.record(v.string(), build(type.of));
    case 'map':
      return v.map(v.string(), build(type.of));
    case 'pairs':
      return v.map(build(type.key), build(type.of));
    case 'optional':
      return v.optional(build(type.of));
    case 'default':
      return v.optional(v.nullable(build(type.of)), null);
    case 'nullable':
      return v.nullable(build(type.of));
    case 'catch':
      return v.fallback(build(type.of), 'the catch' as never);
    case 'readonly':
      return v.pipe(build(type.of), v.readonly());
    case 'brand':
      return v.pipe(build(type.of), v.brand('Brand'));
    case 'lazy': {
      const inner = build(type.of);
      return v.lazy(() => inner);
    }
    case 'transform':
      return v.pipe(
        build(type.of),
        v.transform((value) => ({ made: value })),
      );
    case 'tuple':
      return type.rest === undefined
        ? v.tuple(type.items.map(build) as [Schema])
        : v.tupleWithRest(type.items.map(build) as [Schema], build(type.rest));
    case 'object':
      return objectOf[type.mode](shapeOf(type.shape));
    case 'intersection':
      return v.intersect([build(type.left), build(type.right)]);
    case 'variants':
      return v.variant(
        type.key,
        Object.entries(type.options).map(([name, shape]) =>
          v.object({ [type.key]: v.literal(name), ...shapeOf(shape) }),
        ) as never,
      );
    case 'union':
      return v.union(type.options.map(build));
    case 'tree': {
      const leaf = build(type.leaf);
      const node: Schema = v.lazy(() => object);
      const next = {
        array: () => v.array(node),
        set: () => v.set(node),
        map: () => v.map(v.string(), node),
        pairs: () => v.map(v.bigint(), node),
        record: () => v.record(v.string(), node),
        optional: () => node,
      }[type.via]();
      const object: Schema = v.object({ leaf, next: v.optional(next) });
      return object;
    }
    default:
      throw new Error(`valibot has no ${type.kind}`);
  }
}

const scalars = {
  string: v.string,
  number: v.number,
  boolean: v.boolean,
  null: v.null,
  any: v.any,
  date: v.date,
  bigint: v.bigint,
  nan: v.nan,
  file: v.file,
  blob: v.blob,
};

const objectOf: Record<'strip' | 'strict' | 'loose', (shape: v.ObjectEntries) => Schema> = {
  strip: (shape) => v.object(shape),
  strict: (shape) => v.strictObject(shape),
  loose: (shape) => v.looseObject(shape),
};

function shapeOf(shape: Record<string, Type>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, build(type)]));
}

import * as zod from 'zod';
import * as zodMini from 'zod/mini';
import { z as zod40 } from 'zod40';
import { z as zod41 } from 'zod41';
import type { Kind, Type } from './type.ts';

type Schema = zod.ZodType;
type Zod = typeof zod;

const since40: Kind[] = [
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
    'template',
    'literal',
    'bigintLiteral',
    'enum',
    'array',
    'set',
    'record',
    'map',
  ] as const),
  ...([
    'optional',
    'nullable',
    'default',
    'prefault',
    'catch',
    'readonly',
    'brand',
    'lazy',
    'transform',
  ] as const),
  ...([
    'tuple',
    'enumRecord',
    'partialRecord',
    'pairs',
    'object',
    'intersection',
    'variants',
    'union',
    'tree',
  ] as const),
];
const since41: Kind[] = [...since40, 'codec'];

/** zod 4, classic: the same calls in every version. */
export const classic = { kinds: new Set(since41), build: (type: Type) => build(zod, type) };
export const v41 = { kinds: new Set(since41), build: (type: Type) => build(zod41 as never, type) };
export const v40 = { kinds: new Set(since40), build: (type: Type) => build(zod40 as never, type) };
/** zod/mini: wrappers are functions. */
export const mini = { kinds: new Set(since41), build: (type: Type) => build(miniAsClassic, type) };

function build(z: Zod, type: Type): Schema {
  const of = (inner: Type): Schema => build(z, inner);
  switch (type.kind) {
    case 'string':
    case 'number':
    case 'int':
    case 'boolean':
    case 'null':
    case 'any':
    case 'date':
    case 'bigint':
    case 'nan':
    case 'file':
      return (z[type.kind] as () => Schema)();
    case 'url':
      return z.instanceof(URL);
    case 'regexp':
      return z.instanceof(RegExp);
    case 'bytes':
      return z.instanceof(Uint8Array);
    case 'blob':
      return z.instanceof(Blob);
    case 'template':
      return z.templateLiteral(['v', z.int()]);
    case 'literal':
      return z.literal(type.values);
    case 'bigintLiteral':
      return z.literal(type.value);
    case 'enum':
      return z.enum(type.keys);
    case 'array':
      return z.array(of(type.of));
    case 'set':
      return z.set(of(type.of));
    case 'record':
      return z.record(z.string(), of(type.of));
    case 'map':
      return z.map(z.string(), of(type.of));
    case 'pairs':
      return z.map(of(type.key), of(type.of));
    case 'optional':
      return z.optional(of(type.of));
    case 'nullable':
      return z.nullable(of(type.of));
    case 'default':
      return z._default(of(type.of), 'the default');
    case 'prefault':
      return z.prefault(z.nullable(of(type.of)), null);
    case 'catch':
      return fallBack(z, of(type.of));
    case 'readonly':
      return z.readonly(of(type.of));
    case 'brand':
      return of(type.of);
    case 'lazy': {
      const inner = of(type.of);
      return z.lazy(() => inner);
    }
    case 'transform':
      return z.pipe(of(type.of), z.transform((value: unknown) => ({ made: value })) as never);
    case 'codec':
      return z.codec(z.date(), z.number(), {
        decode: (date) => date.getTime(),
        encode: (ms) => new Date(ms),
      });
    case 'tuple':
      return type.rest === undefined
        ? z.tuple(type.items.map(of) as [Schema])
        : z.tuple(type.items.map(of) as [Schema], of(type.rest));
    case 'enumRecord':
      return z.record(z.enum(type.keys), of(type.of));
    case 'partialRecord':
      return z.partialRecord(z.enum(type.keys), of(type.of));
    case 'object':
      return { strip: z.object, strict: z.strictObject, loose: z.looseObject }[type.mode](
        shapeOf(z, type.shape),
      );
    case 'intersection':
      return z.intersection(of(type.left), of(type.right));
    case 'variants':
      return z.discriminatedUnion(
        type.key,
        Object.entries(type.options).map(([name, shape]) =>
          z.object({ [type.key]: z.literal(name), ...shapeOf(z, shape) }),
        ) as never,
      );
    case 'union':
      return z.union(type.options.map(of));
    case 'tree':
      return treeOf(z, type);
    default:
      throw new Error('zod has every kind');
  }
}

// Not named `z.catch`, because a linter takes that for a promise's method.
function fallBack({ catch: or }: Zod, inner: Schema): Schema {
  return or(inner, 'the catch');
}

function shapeOf(z: Zod, shape: Record<string, Type>): Record<string, Schema> {
  return Object.fromEntries(Object.entries(shape).map(([name, type]) => [name, build(z, type)]));
}

function treeOf(z: Zod, type: Type & { kind: 'tree' }): Schema {
  const leaf = build(z, type.leaf);
  const node: Schema = z.object({
    leaf,
    get next(): Schema {
      const via = {
        array: () => z.array(node),
        set: () => z.set(node),
        map: () => z.map(z.string(), node),
        pairs: () => z.map(z.bigint(), node),
        record: () => z.record(z.string(), node),
        optional: () => node,
      };
      return z.optional(via[type.via]());
    },
  });
  return node;
}

// The classic namespace has the functions that mini has, under the same names.
const miniAsClassic = zodMini as unknown as Zod;

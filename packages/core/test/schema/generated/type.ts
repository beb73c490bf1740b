import fc from 'fast-check';

/** A type that is independent of any library: what a schema means, not how a library writes it. */
export type Type =
  | { kind: Scalar }
  | { kind: 'literal'; values: (string | number | boolean | null)[] }
  | { kind: 'bigintLiteral'; value: bigint }
  | { kind: 'enum'; keys: string[] }
  | { kind: Wrapper; of: Type }
  | { kind: 'tuple'; items: Type[]; rest?: Type | undefined }
  | { kind: 'enumRecord' | 'partialRecord'; keys: string[]; of: Type }
  | { kind: 'pairs'; key: Type; of: Type }
  | { kind: 'object'; mode: 'strip' | 'strict' | 'loose'; shape: Record<string, Type> }
  | { kind: 'intersection'; left: Type; right: Type }
  | { kind: 'variants'; key: string; options: Record<string, Record<string, Type>> }
  | { kind: 'union'; options: Type[] }
  | { kind: 'tree'; via: 'array' | 'set' | 'map' | 'pairs' | 'record' | 'optional'; leaf: Type };

export type Scalar = (typeof scalars)[number];
export type Wrapper = (typeof wrappers)[number];
export type Kind = Type['kind'];

export const scalars = [
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
  'file',
  'blob',
  'template',
] as const;

export const wrappers = [
  'array',
  'set',
  'record',
  'map',
  'optional',
  'nullable',
  'default',
  'prefault',
  'catch',
  'readonly',
  'brand',
  'lazy',
  'transform',
  'codec',
] as const;

// No empty name, because ajv does not see that it is missing. No `constructor`, because some libraries read inherited
// properties, which is not tested here.
const keys = ['a', 'b', 'id', 'a.b', 'c d', 'e/f~g', 'items', 'data', 'type', '$ref'];

/**
 * Makes types of these kinds only, of any depth. If the library sorts and merges the branches of a union, each union
 * gets only branches that the library can tell apart.
 */
export function typesOf(kinds: ReadonlySet<Kind>, sortsUnions = false): fc.Arbitrary<Type> {
  const { type } = fc.letrec<{ type: Type; bounded: Type }>((tie) => {
    const any = tie('type');
    const leafs: fc.Arbitrary<Type>[] = [
      ...scalars.filter((kind) => kinds.has(kind)).map((kind) => fc.constant({ kind })),
      ...only(kinds, 'literal', literals),
      ...only(kinds, 'bigintLiteral', fc.record({ kind: fc.constant('bigintLiteral'), value: fc.bigInt() })),
      ...only(kinds, 'enum', fc.record({ kind: fc.constant('enum'), keys: names })),
    ];
    const compounds: fc.Arbitrary<Type>[] = [
      ...wrappers.filter((kind) => kinds.has(kind)).map((kind) => any.map((of): Type => wrap(kind, of))),
      ...only(
        kinds,
        'tuple',
        fc
          .record({ items: fc.array(any, { maxLength: 3 }), rest: fc.option(any, { nil: undefined }) })
          .map(({ items, rest }): Type => ({
            kind: 'tuple',
            items: items.map(stripAbsence),
            rest: rest && stripAbsence(rest),
          })),
      ),
      ...(['enumRecord', 'partialRecord'] as const).flatMap((kind) =>
        only(kinds, kind, fc.record({ kind: fc.constant(kind), keys: names, of: any.map(stripAbsence) })),
      ),
      ...only(
        kinds,
        'pairs',
        fc.record({ kind: fc.constant('pairs'), key: mapKeys(kinds), of: any.map(stripAbsence) }),
      ),
      ...only(kinds, 'object', objects(any)),
      ...only(
        kinds,
        'intersection',
        fc.tuple(shapes(any, ['l1', 'l2']), shapes(any, ['r1', 'r2'])).map(([left, right]): Type => ({
          kind: 'intersection',
          left: { kind: 'object', mode: 'strip', shape: left },
          right: { kind: 'object', mode: 'strip', shape: right },
        })),
      ),
      ...only(
        kinds,
        'variants',
        fc.record({
          kind: fc.constant('variants'),
          key: fc.constantFrom('kind', 'type'),
          options: fc.dictionary(fc.constantFrom('one', 'two', 'three'), shapes(any, ['v', 'w']), {
            minKeys: 2,
            maxKeys: 3,
            noNullPrototype: true,
          }),
        }),
      ),
      ...only(kinds, 'union', unions(kinds, any, sortsUnions)),
      ...only(
        kinds,
        'tree',
        fc.record({
          kind: fc.constant('tree'),
          via: fc.constantFrom(...treeWays(kinds)),
          leaf: any.map(stripAbsence),
        }),
      ),
    ] as fc.Arbitrary<Type>[];
    return {
      bounded: fc.oneof(...leafs),
      type: fc.oneof({ depthSize: 'small', withCrossShrink: true }, fc.oneof(...leafs), ...compounds),
    };
  });
  return type;
}

/** Whether a property of this type may be left out. */
export function mayBeAbsent(type: Type): boolean {
  if (isAbsent(type.kind)) return true;
  if ('of' in type && type.kind === 'readonly') {
    return mayBeAbsent(type.of);
  }
  return false;
}

function isAbsent(kind: Kind): boolean {
  return kind === 'optional' || kind === 'default' || kind === 'prefault';
}

// `optional` and similar wrappers are used only for properties and the root; elsewhere libraries differ.
function stripAbsence(type: Type): Type {
  if (!('of' in type) || !mayBeAbsent(type)) return type;
  if (isAbsent(type.kind)) return stripAbsence(type.of);
  return { ...type, of: stripAbsence(type.of) };
}

function wrap(kind: Wrapper, of: Type): Type {
  if (kind === 'readonly' && holdsBytes(of)) return of;
  return { kind, of: kind === 'readonly' ? of : stripAbsence(of) };
}

// zod freezes readonly values, and typed arrays cannot be frozen.
function holdsBytes(type: Type): boolean {
  if (type.kind === 'bytes') return true;
  if (type.kind === 'union') return type.options.some(holdsBytes);
  return (
    'of' in type && !['array', 'set', 'record', 'map', 'pairs'].includes(type.kind) && holdsBytes(type.of)
  );
}

const names = fc.uniqueArray(fc.constantFrom('red', 'green', 'blue', '5', 'true'), {
  minLength: 1,
  maxLength: 3,
});

const literals = fc.record({
  kind: fc.constant('literal' as const),
  values: fc.uniqueArray(fc.constantFrom('x', 'y', '7', 7, -1, true, null), { minLength: 1, maxLength: 3 }),
});

function only<T>(kinds: ReadonlySet<Kind>, kind: Kind, arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T>[] {
  return kinds.has(kind) ? [arbitrary] : [];
}

function shapes(any: fc.Arbitrary<Type>, among: readonly string[]): fc.Arbitrary<Record<string, Type>> {
  return fc.dictionary(fc.constantFrom(...among), any, { maxKeys: 3, noNullPrototype: true });
}

function objects(any: fc.Arbitrary<Type>): fc.Arbitrary<Type> {
  const mode = fc.constantFrom('strip', 'strict', 'loose');
  return fc.record({ kind: fc.constant('object'), mode, shape: shapes(any, keys) }) as fc.Arbitrary<Type>;
}

function mapKeys(kinds: ReadonlySet<Kind>): fc.Arbitrary<Type> {
  const scalar = fc.constantFrom(
    ...(['number', 'int', 'date', 'bigint', 'boolean'] as const).filter((k) => kinds.has(k)),
  );
  return fc.oneof(
    scalar.map((kind): Type => ({ kind })),
    fc.constant<Type>({ kind: 'object', mode: 'strip', shape: { x: { kind: 'int' }, y: { kind: 'date' } } }),
  );
}

// One option for each JSON type, so that the JSON value shows which one is meant.
function unions(kinds: ReadonlySet<Kind>, any: fc.Arbitrary<Type>, sorts: boolean): fc.Arbitrary<Type> {
  const texts = (['string', 'date', 'bigint', 'bytes', 'url', 'regexp'] as const).filter(
    (kind) => kinds.has(kind) && !(sorts && kind === 'bigint'),
  );
  const lists = (['array', 'set'] as const).filter((kind) => kinds.has(kind));
  const tables = (['record', 'map'] as const).filter((kind) => kinds.has(kind));
  const of = any.map(stripAbsence);
  const scalar: fc.Arbitrary<Type>[] = [
    fc.constantFrom(...texts).map((kind): Type => ({ kind })),
    fc.constantFrom('number', 'int').map((kind): Type => ({ kind: kind as Scalar })),
    fc.constant<Type>({ kind: 'boolean' }),
    fc.constant<Type>({ kind: 'null' }),
  ];
  // A library that sorts may treat a Date or an array as one of the objects.
  const compound: fc.Arbitrary<Type>[] = [
    fc.tuple(fc.constantFrom(...lists), of).map(([kind, item]): Type => ({ kind, of: item })),
    fc.oneof(
      objects(any),
      fc.tuple(fc.constantFrom(...tables), of).map(([kind, item]): Type => ({ kind, of: item })),
    ),
  ];
  return fc
    .shuffledSubarray(sorts ? scalar : [...scalar, ...compound], { minLength: 2, maxLength: 4 })
    .chain((options) => fc.tuple(...options))
    .map((options): Type => ({ kind: 'union', options }));
}

function treeWays(kinds: ReadonlySet<Kind>): ('array' | 'set' | 'map' | 'pairs' | 'record' | 'optional')[] {
  return (['array', 'set', 'map', 'pairs', 'record', 'optional'] as const).filter((kind) => kinds.has(kind));
}

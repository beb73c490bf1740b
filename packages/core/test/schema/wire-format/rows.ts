import { octetInputParser } from '@trpc/server/http';
import { type } from 'arktype';
import * as v from 'valibot';
import * as z from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { z as z40 } from 'zod40';
import { z as z41 } from 'zod41';
import type { NamedClass } from '../../../src/schema/codec.ts';

export const columns = ['zod 4', 'zod/mini', 'zod 4.1', 'zod 4.0', 'zod 3', 'arktype', 'valibot'] as const;
export type Column = (typeof columns)[number];

/** One kind of value, how each library writes it, and its form on the wire. */
export interface Row {
  type: string;
  value: unknown;
  /** Its form as an argument, and as a result if that differs. */
  wire: unknown;
  result?: unknown;
  /** The class, which zod 3 does not show, so the option `codecs` names it there. */
  hidden?: NamedClass['class'];
  /** It is tested as an argument only. */
  inputOnly?: boolean;
  schemas: Partial<Record<Column, unknown>>;
}

type Zod = typeof z;

/** The same expression for every zod 4; mini has functions where classic has methods, so only functions are used. */
function zods(make: (lib: Zod) => unknown): Row['schemas'] {
  return {
    'zod 4': make(z),
    'zod/mini': make(mini as unknown as Zod),
    'zod 4.1': make(z41 as unknown as Zod),
    'zod 4.0': make(z40 as unknown as Zod),
  };
}

const at = new Date('2026-01-31T09:00:00.000Z');
const iso = '2026-01-31T09:00:00.000Z';
const bytes = new TextEncoder().encode('hello');
const data = 'aGVsbG8=';
const file = new File([bytes], 'a.txt', { type: 'text/plain' });
const form = new FormData();
form.append('title', 'x');

const zod4Node = zods((lib) => {
  const Node: z.ZodType = lib.object({
    at: lib.date(),
    get next() {
      return lib.optional(lib.map(lib.string(), Node));
    },
  });
  return Node;
});
const zod3Node: z3.ZodTypeAny = z3.lazy(() =>
  z3.object({ at: z3.date(), next: z3.map(z3.string(), zod3Node).optional() }),
);
const valibotNode: v.GenericSchema = v.object({
  at: v.date(),
  next: v.optional(
    v.map(
      v.string(),
      v.lazy(() => valibotNode),
    ),
  ),
});

export const rows: Row[] = [
  {
    type: 'string, number, boolean, null',
    value: 'x',
    wire: 'x',
    schemas: {
      ...zods((lib) => lib.string()),
      'zod 3': z3.string(),
      arktype: type('string'),
      valibot: v.string(),
    },
  },
  {
    type: '`Date`',
    value: at,
    wire: iso,
    schemas: { ...zods((lib) => lib.date()), 'zod 3': z3.date(), arktype: type('Date'), valibot: v.date() },
  },
  {
    type: '`bigint`',
    value: 12345678901234567890n,
    wire: '12345678901234567890',
    schemas: {
      ...zods((lib) => lib.bigint()),
      'zod 3': z3.bigint(),
      arktype: type('bigint'),
      valibot: v.bigint(),
    },
  },
  {
    type: 'literal `bigint`',
    value: 2n,
    wire: '2',
    schemas: {
      ...zods((lib) => lib.literal(2n)),
      'zod 3': z3.literal(2n),
      arktype: type('2n'),
      valibot: v.literal(2n),
    },
  },
  {
    type: '`NaN`',
    value: Number.NaN,
    wire: 'NaN',
    schemas: {
      ...zods((lib) => lib.nan()),
      'zod 3': z3.nan(),
      arktype: type('number.NaN'),
      valibot: v.nan(),
    },
  },
  {
    type: 'literal `Infinity`',
    value: Infinity,
    wire: 'Infinity',
    schemas: {
      ...zods((lib) => lib.literal(Infinity)),
      'zod 3': z3.literal(Infinity),
      arktype: type.enumerated(Infinity),
      valibot: v.literal(Infinity),
    },
  },
  {
    type: '`Map`, keys are strings',
    value: new Map([['a', 1]]),
    wire: { a: 1 },
    schemas: {
      ...zods((lib) => lib.map(lib.string(), lib.number())),
      'zod 3': z3.map(z3.string(), z3.number()),
      arktype: type('Map'),
      valibot: v.map(v.string(), v.number()),
    },
  },
  {
    type: '`Map`, other keys',
    value: new Map([[1, at]]),
    wire: [[1, iso]],
    schemas: {
      ...zods((lib) => lib.map(lib.number(), lib.date())),
      'zod 3': z3.map(z3.number(), z3.date()),
      valibot: v.map(v.number(), v.date()),
    },
  },
  {
    type: '`Set`',
    value: new Set([1, 2]),
    wire: [1, 2],
    schemas: {
      ...zods((lib) => lib.set(lib.number())),
      'zod 3': z3.set(z3.number()),
      arktype: type('Set'),
      valibot: v.set(v.number()),
    },
  },
  {
    type: '`URL`',
    value: new URL('https://example.com/'),
    wire: 'https://example.com/',
    hidden: URL,
    schemas: {
      ...zods((lib) => lib.instanceof(URL)),
      'zod 3': z3.instanceof(URL),
      arktype: type.instanceOf(URL),
      valibot: v.instance(URL),
    },
  },
  {
    type: '`RegExp`',
    value: /^a/i,
    wire: '/^a/i',
    hidden: RegExp,
    schemas: {
      ...zods((lib) => lib.instanceof(RegExp)),
      'zod 3': z3.instanceof(RegExp),
      arktype: type('RegExp'),
      valibot: v.instance(RegExp),
    },
  },
  {
    type: '`Uint8Array`',
    value: bytes,
    wire: data,
    result: 'attachment:1',
    hidden: Uint8Array,
    schemas: {
      ...zods((lib) => lib.instanceof(Uint8Array)),
      'zod 3': z3.instanceof(Uint8Array),
      arktype: type('TypedArray.Uint8'),
      valibot: v.instance(Uint8Array),
    },
  },
  {
    type: '`Buffer`',
    value: Buffer.from(bytes),
    wire: data,
    result: 'attachment:1',
    hidden: Buffer,
    schemas: {
      ...zods((lib) => lib.instanceof(Buffer)),
      'zod 3': z3.instanceof(Buffer),
      arktype: type.instanceOf(Buffer),
      valibot: v.instance(Buffer),
    },
  },
  {
    type: '`File`',
    value: file,
    wire: { name: 'a.txt', mimeType: 'text/plain', data },
    result: { name: 'a.txt', mimeType: 'text/plain', size: 5, uri: 'attachment:1' },
    hidden: File,
    schemas: {
      ...zods((lib) => lib.file()),
      'zod 3': z3.instanceof(File),
      arktype: type('File'),
      valibot: v.file(),
    },
  },
  {
    type: '`Blob`',
    value: new Blob([bytes], { type: 'text/plain' }),
    wire: { mimeType: 'text/plain', data },
    result: { mimeType: 'text/plain', size: 5, uri: 'attachment:1' },
    hidden: Blob,
    schemas: {
      ...zods((lib) => lib.instanceof(Blob)),
      'zod 3': z3.instanceof(Blob),
      arktype: type('Blob'),
      valibot: v.blob(),
    },
  },
  {
    type: 'tuple with rest',
    value: ['a', at, 1n, 2n],
    wire: ['a', iso, '1', '2'],
    schemas: {
      ...zods((lib) => lib.tuple([lib.string(), lib.date()], lib.bigint())),
      'zod 3': z3.tuple([z3.string(), z3.date()]).rest(z3.bigint()),
      arktype: type(['string', 'Date', '...', 'bigint[]']),
      valibot: v.tupleWithRest([v.string(), v.date()], v.bigint()),
    },
  },
  {
    type: 'record of dates',
    value: { a: at },
    wire: { a: iso },
    schemas: {
      ...zods((lib) => lib.record(lib.string(), lib.date())),
      'zod 3': z3.record(z3.date()),
      arktype: type({ '[string]': 'Date' }),
      valibot: v.record(v.string(), v.date()),
    },
  },
  {
    type: 'discriminated union',
    value: { kind: 'date', value: at },
    wire: { kind: 'date', value: iso },
    schemas: {
      ...zods((lib) =>
        lib.discriminatedUnion('kind', [
          lib.object({ kind: lib.literal('text'), value: lib.string() }),
          lib.object({ kind: lib.literal('date'), value: lib.date() }),
        ]),
      ),
      'zod 3': z3.discriminatedUnion('kind', [
        z3.object({ kind: z3.literal('text'), value: z3.string() }),
        z3.object({ kind: z3.literal('date'), value: z3.date() }),
      ]),
      arktype: type({ kind: "'text'", value: 'string' }).or({ kind: "'date'", value: 'Date' }),
      valibot: v.variant('kind', [
        v.object({ kind: v.literal('text'), value: v.string() }),
        v.object({ kind: v.literal('date'), value: v.date() }),
      ]),
    },
  },
  {
    type: 'recursion, through a `Map`',
    value: { at, next: new Map([['a', { at }]]) },
    wire: { at: iso, next: { a: { at: iso } } },
    schemas: { ...zod4Node, 'zod 3': zod3Node, valibot: valibotNode },
  },
  {
    type: 'codec from a `Date`',
    value: at.getTime(),
    wire: iso,
    result: at.getTime(),
    schemas: {
      'zod 4': z.codec(z.date(), z.number(), {
        decode: (date) => date.getTime(),
        encode: (ms) => new Date(ms),
      }),
      'zod/mini': mini.codec(mini.date(), mini.number(), {
        decode: (date) => date.getTime(),
        encode: (ms) => new Date(ms),
      }),
      'zod 4.1': z41.codec(z41.date(), z41.number(), {
        decode: (date) => date.getTime(),
        encode: (ms) => new Date(ms),
      }),
    },
  },
  {
    type: '`FormData`',
    value: form,
    inputOnly: true,
    wire: { title: 'x' },
    hidden: FormData,
    schemas: {
      ...zods((lib) => lib.instanceof(FormData)),
      'zod 3': z3.instanceof(FormData),
      arktype: type('FormData'),
      valibot: v.instance(FormData),
    },
  },
  {
    type: 'octets (`octetInputParser`, with every library)',
    value: new Blob([bytes]).stream(),
    wire: data,
    inputOnly: true,
    schemas: { 'zod 4': octetInputParser },
  },
];

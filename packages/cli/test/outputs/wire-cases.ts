import { initTRPC } from '@trpc/server';
import type { McpMeta } from '@trpc-mcp/core';
import { z } from 'zod';

const t = initTRPC.meta<McpMeta>().create();
const tool = t.procedure.meta({ mcp: true });

// @ts-expect-error apps may have enums, and this package may not
export enum Level {
  Low,
  High = 5,
}
// @ts-expect-error apps may have enums, and this package may not
export enum Kind {
  A = 'a',
  B = 'b',
}
type UserId = string & { readonly __brand: 'UserId' };

/** A person who can sign in. */
interface User {
  id: UserId;
  /** The name that others see. */
  name: string;
  born?: Date;
  /** @deprecated use born */
  age: number | null;
}
interface Page<T> {
  items: T[];
  next: string | null;
}
interface Tree {
  value: string;
  children: Tree[];
}
type Shape =
  { kind: 'circle'; radius: number } | { kind: 'square'; side: number; at: Date } | { kind: 'none' };
class Money {
  readonly cents: bigint;
  constructor(cents: bigint) {
    this.cents = cents;
  }
  toJSON(): { cents: string } {
    return { cents: String(this.cents) };
  }
}

const user: User = { id: 'u1' as UserId, name: 'Ada', born: new Date(0), age: null };

/** Procedures without `.output()`. */
export const typed = t.router({
  text: tool.query(() => 'x'),
  number: tool.query(() => Math.random()),
  flag: tool.query(() => Math.random() > 2),
  nothing: tool.query((): null => null),
  date: tool.query(() => new Date(0)),
  bigint: tool.query(() => 12n),
  bigintLiteral: tool.query(() => ({ n: 2n as const })),
  url: tool.query(() => new URL('https://example.com')),
  regexp: tool.query(() => ({ r: /^a/i })),
  set: tool.query(() => new Set([1n, 2n])),
  map: tool.query(() => new Map([['a', new Date(0)]])),
  emptyMap: tool.query(() => new Map<string, number>()),
  object: tool.query(() => ({ a: 'x', b: 1, c: [true] })),
  optional: tool.query((): { a?: string; b: Date | undefined; c: number | null } => ({
    b: undefined,
    c: null,
  })),
  mayBeUndefined: tool.query((): { a: string } | undefined => undefined),
  textOrUndefined: tool.query((): string | undefined => undefined),
  list: tool.query((): readonly Date[] => [new Date(0)]),
  listWithGaps: tool.query((): (number | undefined)[] => [1, undefined]),
  literal: tool.query(() => ({ ok: true as const, kind: 'x' as const, n: 3 as const })),
  values: tool.query((): { size: 's' | 'm' | 'l'; state: 'on' | 'off' | null } => ({
    size: 's',
    state: null,
  })),
  level: tool.query((): Level => Level.High),
  kind: tool.query((): { kind: Kind } => ({ kind: Kind.A })),
  tuple: tool.query((): [string, Date] => ['a', new Date(0)]),
  tupleWithRest: tool.query((): [string, ...number[]] => ['a', 1, 2]),
  tupleWithOptional: tool.query((): [string, number?] => ['a']),
  record: tool.query((): Record<string, Date> => ({ a: new Date(0) })),
  recordOfNames: tool.query((): Record<'a' | 'b', number> => ({ a: 1, b: 2 })),
  partialRecord: tool.query((): Partial<Record<'a' | 'b', number>> => ({ a: 1 })),
  union: tool.query((): string | number | boolean | null => 5),
  unionOfObjects: tool.query((): { a: string } | { b: number } => ({ b: 1 })),
  shape: tool.query((): Shape => ({ kind: 'square', side: 1, at: new Date(0) })),
  dateOrNumber: tool.query((): { at: Date | number } => ({ at: new Date(0) })),
  both: tool.query((): { a: string } & { b: number } => ({ a: 'x', b: 1 })),
  template: tool.query((): { id: `user_${number}` } => ({ id: 'user_1' })),
  // oxlint-disable-next-line typescript/no-explicit-any -- what an app may write
  anything: tool.query((): { a: any; b: unknown; c: string } => ({ a: 1, b: undefined, c: 'x' })),
  json: tool.query((): { data: z.core.util.JSONType } => ({ data: { a: [1, null] } })),
  tree: tool.query((): Tree => ({ value: 'a', children: [{ value: 'b', children: [] }] })),
  user: tool.query(() => user),
  page: tool.query((): Page<User> => ({ items: [user], next: null })),
  money: tool.query(() => new Money(5n)),
  promise: tool.query(async () => Promise.resolve({ at: new Date(0) })),
  picked: tool.query((): Pick<User, 'name' | 'age'> => user),
  functions: tool.query(() => ({ a: 1, run: () => 1, [Symbol('x')]: 2, sym: Symbol('y') })),
  bytes: tool.query(() => ({ raw: new Uint8Array([1, 2, 3]), name: 'x' })),
  file: tool.query(() => ({ file: new File(['x'], 'a.txt', { type: 'text/plain' }) })),
  generator: tool.query(async function* () {
    yield new Date(0);
  }),
  generatorWithResult: tool.query(async function* () {
    yield 1;
    return { done: 'yes' };
  }),
  stream: tool.subscription(async function* () {
    yield { at: new Date(0), tags: new Set(['a']) };
  }),
  pairs: tool.query(() => new Map([[1, new Date(0)]])),
  emptyPairs: tool.query(() => new Map<number, string>()),
  error: tool.query(() => ({ error: new TypeError('no') })),
  floats: tool.query(() => new Float32Array([1.5])),
});

const person = z
  .object({
    id: z.string(),
    name: z.string().describe('The name that others see.'),
    born: z.date().optional(),
    age: z.number().nullable().meta({ deprecated: true }),
  })
  .describe('A person who can sign in.');
const tree = z.object({
  value: z.string(),
  get children() {
    return z.array(tree);
  },
});

/** The same types, as they are written for `.output()`. */
export const parsers: Partial<Record<keyof typeof typed, z.ZodType>> = {
  text: z.string(),
  number: z.number(),
  flag: z.boolean(),
  nothing: z.null(),
  date: z.date(),
  bigint: z.bigint(),
  bigintLiteral: z.object({ n: z.literal(2n) }),
  url: z.instanceof(URL),
  regexp: z.object({ r: z.instanceof(RegExp) }),
  set: z.set(z.bigint()),
  map: z.map(z.string(), z.date()),
  emptyMap: z.map(z.string(), z.number()),
  object: z.object({ a: z.string(), b: z.number(), c: z.array(z.boolean()) }),
  optional: z.object({ a: z.string().optional(), b: z.date().or(z.undefined()), c: z.number().nullable() }),
  mayBeUndefined: z.object({ a: z.string() }).optional(),
  textOrUndefined: z.string().optional(),
  list: z.array(z.date()),
  listWithGaps: z.array(z.number().optional()),
  literal: z.object({ ok: z.literal(true), kind: z.literal('x'), n: z.literal(3) }),
  values: z.object({ size: z.enum(['l', 'm', 's']), state: z.enum(['off', 'on']).nullable() }),
  level: z.enum(Level),
  kind: z.object({ kind: z.enum(Kind) }),
  tuple: z.tuple([z.string(), z.date()]),
  tupleWithRest: z.tuple([z.string()], z.number()),
  tupleWithOptional: z.tuple([z.string(), z.number().optional()]),
  record: z.record(z.string(), z.date()),
  recordOfNames: z.object({ a: z.number(), b: z.number() }),
  partialRecord: z.object({ a: z.number().optional(), b: z.number().optional() }),
  union: z.union([z.string(), z.number(), z.boolean(), z.null()]),
  unionOfObjects: z.union([z.object({ a: z.string() }), z.object({ b: z.number() })]),
  shape: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('circle'), radius: z.number() }),
    z.object({ kind: z.literal('none') }),
    z.object({ kind: z.literal('square'), side: z.number(), at: z.date() }),
  ]),
  dateOrNumber: z.object({ at: z.union([z.date(), z.number()]) }),
  both: z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() })),
  // A template literal of zod refuses 1e+21, which TypeScript takes.
  template: z.object({ id: z.string().regex(/^user_-?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?$/) }),
  anything: z.object({ a: z.any(), b: z.unknown(), c: z.string() }),
  user: person,
  page: z.object({ items: z.array(person), next: z.string().nullable() }),
  money: z.object({ cents: z.string() }),
  promise: z.object({ at: z.date() }),
  picked: person.pick({ name: true, age: true }),
  functions: z.object({ a: z.number() }),
  bytes: z.object({ raw: z.instanceof(Uint8Array), name: z.string() }),
  file: z.object({ file: z.file() }),
  json: z.object({ data: z.json() }),
  tree,
};

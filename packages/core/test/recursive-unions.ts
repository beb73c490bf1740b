import { z } from 'zod';

// Branches that look into the same children, and none of which takes what is at the bottom.
const binary: z.ZodType = z.lazy(() =>
  z.union([z.object({ a: z.number(), next: binary }), z.object({ a: z.boolean(), next: binary })]),
);
const ternary: z.ZodType = z.lazy(() =>
  z.union([
    z.object({ all: z.array(ternary), n: z.number() }),
    z.object({ all: z.array(ternary), at: z.date() }),
    z.object({ all: z.array(ternary), is: z.boolean() }),
  ]),
);
const lists: z.ZodType = z.lazy(() =>
  z.union([z.number(), z.array(lists), z.tuple([lists]), z.tuple([lists]).rest(z.date())]),
);
const records: z.ZodType = z.lazy(() =>
  z.union([z.bigint(), z.record(z.string(), records), z.map(z.string(), records)]),
);
const inText: z.ZodType = z.lazy(() =>
  z.union([z.object({ a: z.object({ n: z.number() }), b: inText }), z.object({ b: inText, c: z.number() })]),
);

/** Recursive unions by name, each with a value that none of its branches takes at this depth. */
export const trees: [string, z.ZodType, (depth: number) => unknown][] = [
  ['two objects', binary, (depth) => nest(depth, (next) => ({ a: 'x', next }))],
  ['two objects that nearly fit', binary, (depth) => nest(depth, (next) => ({ a: '1', next }))],
  ['three objects with lists', ternary, (depth) => nest(depth, (next) => ({ all: [next] }))],
  ['three objects that fit in part', ternary, (depth) => nest(depth, (next) => ({ all: [next], n: 'x' }))],
  ['lists', lists, (depth) => nest(depth, (next) => [next])],
  ['records', records, (depth) => nest(depth, (next) => ({ k: next }))],
  ['objects in strings', inText, (depth) => nest(depth, (b) => ({ a: '{"n":"x"}', b }))],
];

/** Wraps a value this many times. */
export function nest(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < depth; level++) value = wrap(value);
  return value;
}

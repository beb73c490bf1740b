import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import * as zod4 from 'zod';
import { z as zod3 } from 'zod3';
import { sampleArguments } from '../../../../apps/realistic/src/figures/arguments.ts';
import { compileInput, type Input } from '../../src/schema/input.ts';
import type { JsonSchema } from '../../src/schema/json-schema.ts';
import { compileOutput } from '../../src/schema/output.ts';
import { runsOf } from '../runs.ts';
import { seed } from './generated/seed.ts';

vi.setConfig({ testTimeout: 120_000 });

const strict = new Ajv2020({ strict: true });
const older = new Ajv({ strict: false });
for (const ajv of [strict, older]) formats.default(ajv);

/** What zod 3 and zod 4 have in common. */
type Zod = typeof zod4;
interface Schema {
  safeParse(value: unknown): { success: boolean; data?: unknown; error?: unknown };
}

function parse(parser: Schema, input: Input, args: unknown): { data?: unknown; error?: unknown } {
  try {
    return parser.safeParse(input.decode(args));
  } catch (error) {
    return { error: String(error) };
  }
}

interface Issue {
  code: string;
  path: (string | number)[];
  inclusive?: boolean;
  minimum?: number;
  maximum?: number;
  unionErrors?: { issues: Issue[] }[];
  errors?: Issue[][];
}

/**
 * What is wrong with arguments, but for numbers that are a bound which does not count itself. All clients know only bounds
 * that do, so descriptions say "more than 0", and this looks for these words in the schema of the number.
 */
function findOtherIssues(error: unknown, schema: JsonSchema): unknown[] {
  const isSaid = (issue: Issue): boolean => {
    const branches = issue.errors ?? issue.unionErrors?.map(({ issues }) => issues) ?? [];
    // One branch of a union is enough.
    if (branches.length > 0) return branches.some((issues) => issues.length > 0 && issues.every(isSaid));
    if (issue.inclusive !== false) return false;
    const words = issue.code === 'too_small' ? `more than ${issue.minimum}` : `less than ${issue.maximum}`;
    return JSON.stringify(schema).includes(`"${words}"`);
  };
  if (error === undefined) return [];
  const { issues } = error as { issues?: Issue[] };
  return issues === undefined ? [error] : issues.filter((issue) => !isSaid(issue));
}

/** A way to make a schema, with some JSON that it takes. */
interface Made {
  text: string;
  build(z: Zod): zod4.ZodType;
  wire: fc.Arbitrary<unknown>;
}

/** The keys that an object has; those of two objects that are combined do not overlap, except where they are the same. */
const scalars: Made[] = [
  { text: 'string', build: (z) => z.string(), wire: fc.constantFrom('a', 'bc', '') },
  { text: 'min', build: (z) => z.string().min(1).max(5), wire: fc.constantFrom('a', 'bcdef') },
  { text: 'positive', build: (z) => z.number().positive(), wire: fc.constantFrom(1, 2.5) },
  { text: 'int', build: (z) => z.number().int().gt(2).lt(9), wire: fc.constantFrom(3, 8) },
  { text: 'negative', build: (z) => z.number().negative().min(-10), wire: fc.constantFrom(-1, -10) },
  { text: 'boolean', build: (z) => z.boolean(), wire: fc.boolean() },
  { text: 'date', build: (z) => z.date(), wire: fc.constant('2026-01-31T09:00:00Z') },
  { text: 'enum', build: (z) => z.enum(['x', 'y']), wire: fc.constantFrom('x', 'y') },
  { text: 'null', build: (z) => z.null(), wire: fc.constant(null) },
];
const scalar = fc.constantFrom(...scalars);

// A part that several places share is one schema object, not only an equal one.
const parts = new WeakMap<object, Map<Made, zod4.ZodType>>();
function shared(made: Made): Made {
  return {
    ...made,
    text: `shared(${made.text})`,
    build: (z) => {
      const known = parts.get(z) ?? new Map<Made, zod4.ZodType>();
      parts.set(z, known);
      if (!known.has(made)) known.set(made, made.build(z));
      return known.get(made)!;
    },
  };
}

function wrapped(inner: fc.Arbitrary<Made>): fc.Arbitrary<Made> {
  return inner.chain((made) =>
    fc.constantFrom<Made>(
      made,
      {
        text: `preprocess(${made.text})`,
        build: (z) => z.preprocess((value) => value, made.build(z)),
        wire: made.wire,
      },
      {
        text: `nullable(${made.text})`,
        build: (z) => made.build(z).nullable(),
        wire: fc.oneof(made.wire, fc.constant(null)),
      },
      {
        text: `array(${made.text})`,
        build: (z) => z.array(made.build(z)),
        wire: fc.array(made.wire, { maxLength: 2 }),
      },
      {
        text: `record(${made.text})`,
        build: (z) => z.record(z.string(), made.build(z)),
        wire: fc.dictionary(fc.constantFrom('k', 'l'), made.wire, { maxKeys: 2 }),
      },
      {
        text: `tuple(${made.text})`,
        build: (z) => z.tuple([made.build(z), z.string()]),
        wire: fc.tuple(made.wire, fc.constant('t')),
      },
    ),
  );
}

interface Field extends Made {
  optional: boolean;
}
function fieldOf(inner: fc.Arbitrary<Made>): fc.Arbitrary<Field> {
  const left = fc.constantFrom<Field>(
    { text: 'never?', optional: true, build: (z) => z.never().optional(), wire: fc.constant(undefined) },
    { text: 'undefined', optional: true, build: (z) => z.undefined(), wire: fc.constant(undefined) },
  );
  const kept = fc.tuple(inner, fc.boolean()).map(([made, optional]) => ({
    text: optional ? `${made.text}?` : made.text,
    optional,
    build: (z: Zod) => (optional ? made.build(z).optional() : made.build(z)),
    wire: made.wire,
  }));
  return fc.oneof({ weight: 8, arbitrary: kept }, { weight: 1, arbitrary: left });
}

type Mode = 'strip' | 'strict' | 'passthrough';

function objectOf(
  keys: readonly string[],
  inner: fc.Arbitrary<Made>,
  mode: fc.Arbitrary<Mode>,
  tag?: string,
): fc.Arbitrary<Made> {
  const shape = fc.uniqueArray(fc.tuple(fc.constantFrom(...keys), fieldOf(inner)), {
    selector: ([key]) => key,
    maxLength: keys.length,
  });
  return fc.tuple(shape, mode).map(([fields, kind]) => ({
    text: `${kind}{${tag === undefined ? '' : `tag=${tag},`}${fields.map(([key, { text }]) => `${key}:${text}`).join()}}`,
    build: (z) => {
      const built = Object.fromEntries(fields.map(([key, field]) => [key, field.build(z)]));
      const object = z.object(tag === undefined ? built : { tag: z.literal(tag), ...built });
      if (kind === 'strict') return object.strict();
      return kind === 'strip' ? object : object.passthrough();
    },
    wire: fc
      .record(Object.fromEntries(fields.map(([key, field]) => [key, field.wire])), {
        requiredKeys: fields.filter(([, { optional }]) => !optional).map(([key]) => key),
        noNullPrototype: true,
      })
      .map((value) => ({
        ...(tag !== undefined && { tag }),
        ...Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)),
      })),
  }));
}

const anyMode = fc.constantFrom<Mode>('strip', 'strict', 'passthrough');
// In zod 3, a strict part refuses the keys of the others, so that no value is valid.
const partMode = fc.constantFrom<Mode>('strip', 'strip', 'passthrough');

const merge = (left: fc.Arbitrary<unknown>, right: fc.Arbitrary<unknown>) =>
  fc.tuple(left, right).map(([one, other]) => ({ ...(one as object), ...(other as object) }));

/** An object, or a union of objects, whose keys begin with a letter. */
function variantsOf(letter: string, inner: fc.Arbitrary<Made>, mode: fc.Arbitrary<Mode>): fc.Arbitrary<Made> {
  const keys = [1, 2, 3].map((n) => `${letter}${n}`);
  const plain = objectOf(keys, inner, mode);
  const tagged = fc
    .tuple(objectOf(keys, inner, mode, `${letter}A`), objectOf(keys, inner, mode, `${letter}B`), fc.boolean())
    .map(([one, other, isDiscriminated]): Made => ({
      text: `(${one.text} | ${other.text})`,
      build: (z) => {
        const options = [one.build(z), other.build(z)] as const;
        return isDiscriminated ? z.discriminatedUnion('tag', options as never) : z.union(options);
      },
      wire: fc.oneof(one.wire, other.wire),
    }));
  return fc.oneof(plain, tagged);
}

function intersectionOf(inner: fc.Arbitrary<Made>): fc.Arbitrary<Made> {
  const part = fc
    .tuple(objectOf(['p1', 'p2'], inner, partMode), fc.boolean())
    .map(([made, isShared]) => (isShared ? shared(made) : made));
  return fc
    .tuple(
      part,
      variantsOf('v', inner, partMode),
      fc.option(objectOf(['w1', 'w2'], inner, partMode)),
      fc.boolean(),
    )
    .map(([left, right, third, isSwapped]): Made => {
      const pair: Made = {
        text: `(${left.text} & ${right.text})`,
        build: (z) => (isSwapped ? right.build(z).and(left.build(z)) : left.build(z).and(right.build(z))),
        wire: merge(left.wire, right.wire),
      };
      const whole: Made =
        third === null
          ? pair
          : {
              text: `(${pair.text} & ${third.text})`,
              build: (z) => pair.build(z).and(third.build(z)),
              wire: merge(pair.wire, third.wire),
            };
      // Used twice: as it is, and in a union.
      return {
        text: `[${whole.text}, ${left.text}]`,
        build: (z) => z.object({ one: whole.build(z), many: z.array(whole.build(z)), part: left.build(z) }),
        wire: fc
          .tuple(whole.wire, fc.array(whole.wire, { maxLength: 2 }), left.wire)
          .map(([one, many, own]) => ({ one, many, part: own })),
      };
    });
}

const leaf = wrapped(scalar);
const nested = fc.oneof(
  { weight: 3, arbitrary: leaf },
  { weight: 1, arbitrary: wrapped(variantsOf('n', leaf, anyMode)) },
);
const whole = fc.oneof(
  objectOf(['a', 'b', 'c', 'd'], nested, anyMode),
  intersectionOf(nested),
  variantsOf('u', nested, anyMode).map((made) => ({
    ...made,
    build: (z: Zod) => z.object({ root: made.build(z) }),
    wire: made.wire.map((root) => ({ root })),
  })),
);

it.each([
  ['zod 4', zod4],
  ['zod 3', zod3 as unknown as Zod],
])('what %s takes fits what is published, and what is published is taken', (_name, z) => {
  const seen = { fitting: 0, taken: 0, described: 0 };
  fc.assert(
    fc.property(
      whole.chain((made) => fc.tuple(fc.constant(made), fc.array(made.wire, { minLength: 3, maxLength: 3 }))),
      fc.integer(),
      ([made, wires], sampleSeed) => {
        const parser: Schema = made.build(z);
        const input = compileInput([parser]);
        const output = compileOutput(parser);
        const about = { type: made.text, schema: JSON.stringify(input.schema) };
        const fits = strict.compile(input.schema);
        older.compile(input.schema);
        const results = [output.schema!, output.legacySchema!].map((schema) => ({
          schema,
          isLegacy: schema === output.legacySchema,
          isFit: strict.compile(schema),
          isOldFit: older.compile(schema),
        }));
        for (const wire of wires) {
          const parsed = parse(parser, input, wire);
          expect({ ...about, wire, error: parsed.error }).toEqual({ ...about, wire, error: undefined });
          expect({ ...about, wire, errors: fits(wire) ? null : fits.errors }).toEqual({
            ...about,
            wire,
            errors: null,
          });
          seen.fitting++;
          const encoded = output.encode(parsed.data) as { json: unknown };
          const json: unknown = JSON.parse(JSON.stringify(encoded.json));
          for (const { schema, isLegacy, isFit, isOldFit } of results) {
            const value = isLegacy && output.wrapped ? { result: json } : json;
            const errors = isFit(value) ? null : isFit.errors;
            expect({ type: made.text, schema: JSON.stringify(schema), value, errors }).toEqual({
              type: made.text,
              schema: JSON.stringify(schema),
              value,
              errors: null,
            });
            expect(isOldFit(value)).toBe(true);
          }
        }
        for (const args of sampleArguments(input.schema, { runs: 3, seed: sampleSeed })) {
          const { error } = parse(parser, input, args);
          const issues = findOtherIssues(error, input.schema);
          expect({ ...about, args, issues }).toEqual({ ...about, args, issues: [] });
          seen[error === undefined ? 'taken' : 'described']++;
        }
        for (const schema of [input.schema, ...results.map((result) => result.schema)]) {
          strict.removeSchema(schema);
          older.removeSchema(schema);
        }
      },
    ),
    { seed, numRuns: runsOf(300) },
  );
  expect(seen.fitting).toBe(runsOf(300) * 3);
  expect(seen.taken).toBeGreaterThan(runsOf(300) * 2);
  expect(seen.described).toBeGreaterThan(0);
});

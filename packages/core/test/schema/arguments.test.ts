import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileInput, type Input } from '../../src/schema/input.ts';
import { compileStrict } from './advertised.ts';
import { allowedBy } from './generated/allowed.ts';
import { seed } from './generated/seed.ts';
import { type Kind, type Type, typesOf } from './generated/type.ts';
import { validators } from './generated/validators.ts';
import { groups } from './fixtures/index.ts';
import { callOverWire, createProcedure, type Outcome } from './procedure.ts';
import { runsOf } from '../runs.ts';
import { excuseOf } from './unsaid.ts';

vi.setConfig({ testTimeout: 300_000 });

/** What became of the arguments that a schema allows. */
class Tally {
  accepted = 0;
  /** Refused for what the description says. */
  described = 0;
  /** How many are refused for what the schema could have said. */
  undescribed = 0;
  /** Why, and how often. */
  readonly kinds = new Map<string, number>();
  /** Such problems without what differs from value to value, each with arguments that have it. */
  readonly examples = new Map<string, unknown>();

  async try(
    of: string,
    input: Input,
    run: (raw: unknown) => Promise<Outcome>,
    args: unknown,
    fixture?: string,
  ): Promise<void> {
    const { error } = await callOverWire(run, input, args);
    if (error === undefined) {
      this.accepted++;
      return;
    }
    const found = input.explain(error, args) ?? [
      { path: '', message: error instanceof Error ? error.message : JSON.stringify(error) },
    ];
    const others = found.filter((issue) => {
      const kind = excuseOf(input.schema, args, issue, fixture);
      if (kind !== undefined) this.kinds.set(kind, (this.kinds.get(kind) ?? 0) + 1);
      return kind === undefined;
    });
    if (others.length === 0) this.described++;
    else this.undescribed++;
    for (const { path, message } of others) {
      this.examples.set(`${of}: ${path}: ${message.replace(/received .*|position .*/s, '…')}`, args);
    }
  }
}

function argumentsFor(input: Input, count: number): unknown[] {
  const validate = compileStrict(input.schema);
  return fc.sample(allowedBy(input.schema), { numRuns: count, seed }).filter((args) => validate(args));
}

const typesOfEach = 5;
const argumentsOfEach = 6;

describe('arguments that fit the published schema are taken, but for what its description says', () => {
  for (const [name, { kinds, build, options, sortsUnions, fails }] of Object.entries(validators)) {
    it(`of every kind that ${name} has`, async () => {
      const tallies = new Map<Kind, Tally>();
      const types = typesByKind(kinds, sortsUnions, runsOf(typesOfEach));
      for (const [kind, some] of types) {
        const tally = new Tally();
        tallies.set(kind, tally);
        for (const [index, type] of some.entries()) {
          const root: Type =
            index % 2 === 0 ? { kind: 'object', mode: 'strip', shape: { value: type } } : type;
          const parser = build(root);
          const input = compileInput([parser], options);
          const run = createProcedure([parser]);
          for (const args of argumentsFor(input, argumentsOfEach)) {
            if (fails?.(args) !== true) await tally.try(kind, input, run, args);
          }
        }
      }
      const counts = Array.from(tallies, ([kind, { accepted, described, undescribed }]) =>
        [kind, accepted, described, undescribed].join(' '),
      );
      console.log(`${name}: kind, taken, refused as described, refused otherwise\n${counts.join('\n')}`);
      expect([...tallies.values()].flatMap(({ examples }) => [...examples])).toEqual([]);
      expect([...tallies].filter(([, { accepted }]) => accepted === 0).map(([kind]) => kind)).toEqual([]);
      expect(new Set(tallies.keys())).toEqual(kinds);
    });
  }
});

const argumentsOfFixtures = 40;

/** Of these, no arguments are found that the parser takes, because only functions of the app, or words, say which. */
const refusedOnly = new Set([
  'a base64url cursor decoded by a codec',
  'a FormData piped into an object',
  'custom with a check',
  'a pattern with the i flag',
  'a pattern with the m, s, u and v flags',
  'a pattern that is not valid in unicode mode',
  'a pattern with look-behind and named groups',
  'date-times with offset, local, and with precision',
  'zod 3: string formats and flags',
  'arktype: defaults, morphs and keywords',
]);

describe('arguments that fit the published schema of what apps write are taken, but for what its description says', () => {
  for (const [group, fixtures] of Object.entries(groups)) {
    it(group, async () => {
      const tally = new Tally();
      const refused: string[] = [];
      for (const { name, inputs, options, refused: isRefused } of fixtures) {
        if (isRefused !== undefined) continue;
        const input = compileInput(inputs, options);
        // A JSON Schema of the app is published as it is.
        if (input.isWritten === true) continue;
        const [run, before] = [createProcedure(inputs), tally.accepted];
        for (const args of argumentsFor(input, runsOf(argumentsOfFixtures))) {
          await tally.try(name, input, run, args, name);
        }
        if (tally.accepted === before) refused.push(name);
      }
      const { accepted, described, undescribed, kinds } = tally;
      console.log(
        `${group}: ${accepted} taken, ${described} refused as described, ${undescribed} otherwise`,
        kinds,
      );
      expect([...tally.examples]).toEqual([]);
      expect(refused.filter((name) => !refusedOnly.has(name))).toEqual([]);
    });
  }
});

/** The first types of each kind, among them small ones. */
function typesByKind(
  kinds: ReadonlySet<Kind>,
  sortsUnions: boolean | undefined,
  count: number,
): Map<Kind, Type[]> {
  const found = new Map<Kind, Type[]>(Array.from(kinds, (kind) => [kind, []]));
  for (const type of fc.sample(typesOf(kinds, sortsUnions), { numRuns: 4000, seed })) {
    const some = found.get(type.kind)!;
    if (some.length < count && sizeOf(type) < 300) some.push(type);
  }
  return found;
}

function sizeOf(type: Type): number {
  return JSON.stringify(type, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
    .length;
}

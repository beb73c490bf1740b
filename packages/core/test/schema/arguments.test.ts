import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileInput, type Input } from '../../src/schema/input.ts';
import { compileStrict } from './advertised.ts';
import { allowedBy } from './generated/allowed.ts';
import { seed } from './generated/seed.ts';
import { type Kind, type Type, typesOf } from './generated/type.ts';
import { validators } from './generated/validators.ts';
import { callOverWire, createProcedure, type Outcome } from './procedure.ts';
import { runsOf } from '../runs.ts';

vi.setConfig({ testTimeout: 300_000 });

/** What a parser refuses although the published schema allows it, and the words that tell it to the model. */
interface Unsaid {
  why: string;
  /** Matches the problem, as the model reads it. */
  cause: RegExp;
  /** Matches the words of a description that say it. */
  says: RegExp;
}

const unsaid: Unsaid[] = [
  {
    why: 'no keyword says which texts are regular expressions',
    cause: /expected .*a regular expression such as/,
    says: /a regular expression of JavaScript/,
  },
  {
    why: 'clients refuse propertyNames, so where keys are many, words say what they are',
    cause:
      /^Unrecognized key|^Invalid key in record|^Invalid (?:enum value|option)|unknown; |^Invalid (?:type|input): Expected/i,
    says: /the keys are|needs all of the keys|each key is/,
  },
  {
    why: 'clients before 2020-12 apply items to all items, so the kinds of those of a long tuple are said in words',
    cause: /./,
    says: /all items from number \d+ on are of the same kind/,
  },
];

/** What became of the arguments that a schema allows. */
class Tally {
  accepted = 0;
  /** Refused for what the description says. */
  described = 0;
  /** How many are refused for what the schema could have said. */
  undescribed = 0;
  /** Such problems without what differs from value to value, each with arguments that have it. */
  readonly examples = new Map<string, unknown>();

  async try(of: string, input: Input, run: (raw: unknown) => Promise<Outcome>, args: unknown): Promise<void> {
    const { error } = await callOverWire(run, input, args);
    if (error === undefined) {
      this.accepted++;
      return;
    }
    const found = input.explain(error, args) ?? [{ message: JSON.stringify(error) }];
    const text = descriptionsOf(input.schema);
    const isSaid = (message: string) =>
      unsaid.some(({ cause, says }) => cause.test(message) && says.test(text));
    const others = found.filter(({ message }) => !isSaid(message));
    if (others.length === 0) this.described++;
    else this.undescribed++;
    for (const { message } of others) {
      this.examples.set(`${of}: ${message.replace(/received .*|position .*/s, '…')}`, args);
    }
  }
}

/** All descriptions of a schema. */
function descriptionsOf(schema: object): string {
  const found: string[] = [];
  JSON.stringify(schema, (key, value: unknown) => {
    if (key === 'description' && typeof value === 'string') found.push(value);
    return value;
  });
  return found.join('\n');
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

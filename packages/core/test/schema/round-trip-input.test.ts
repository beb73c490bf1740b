import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileInput } from '../../src/schema/input.ts';
import { compileStrict } from './advertised.ts';
import { isSame, toComparable } from './comparable.ts';
import { casesOf } from './generated/cases.ts';
import { runsOf } from '../runs.ts';
import { seed } from './generated/seed.ts';
import { parse, validators } from './generated/validators.ts';

vi.setConfig({ testTimeout: 60_000 });

const types = runsOf(60);
const values = 10;

describe('what a tRPC client would pass, encoded as arguments and decoded again, is what the parser gets', () => {
  for (const [name, { kinds, build, fails, options, sortsUnions }] of Object.entries(validators)) {
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(casesOf(kinds, sortsUnions, values), async ({ type, samples }) => {
          const parser = build(type);
          const input = compileInput([parser], options);
          const validate = compileStrict(input.schema);
          for (const { value, wire } of samples) {
            if (fails?.(wire) === true) continue;
            const args = toJson(await input.encode(value));
            if (args !== undefined)
              expect(validate(args), JSON.stringify({ args, errors: validate.errors })).toBe(true);
            const expected = await parse(parser, value);
            const got = await parse(parser, input.decode(args));
            if (!(await isSame(got, expected))) {
              expect(await toComparable(got), JSON.stringify(args)).toStrictEqual(
                await toComparable(expected),
              );
            }
          }
        }),
        { seed, numRuns: types },
      );
    });
  }
});

function toJson(args: unknown): unknown {
  return args === undefined ? undefined : JSON.parse(JSON.stringify(args));
}

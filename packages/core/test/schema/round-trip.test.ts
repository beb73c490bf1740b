import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileInput } from '../../src/schema/input.ts';
import { compileStrict, findFaults } from './advertised.ts';
import { isSame, toComparable } from './comparable.ts';
import { casesOf, toArguments } from './generated/cases.ts';
import { seed } from './generated/seed.ts';
import { parse, validators } from './generated/validators.ts';

vi.setConfig({ testTimeout: 60_000 });

// 7 libraries × 120 types × 14 values: 11,760 cases, minus values that a library itself handles wrongly.
const types = 120;
const values = 14;

describe('what goes over the wire is what tRPC would have received', () => {
  let cases = 0;
  for (const [name, { kinds, build, fails, options, sortsUnions }] of Object.entries(validators)) {
    it(name, async () => {
      await fc.assert(
        fc.asyncProperty(casesOf(kinds, sortsUnions, values), async ({ type, samples }) => {
          const parser = build(type);
          const input = compileInput([parser], options);
          expect(findFaults(input.schema)).toEqual([]);
          const validate = compileStrict(input.schema);
          for (const { value, wire } of samples) {
            if (fails?.(wire) === true) continue;
            const args = toArguments(input.schema, wire);
            if (args !== undefined)
              expect(validate(args), JSON.stringify({ args, errors: validate.errors })).toBe(true);
            const expected = await parse(parser, value);
            const got = await parse(parser, input.decode(args));
            if (!(await isSame(got, expected))) {
              expect(await toComparable(got), JSON.stringify(args)).toStrictEqual(
                await toComparable(expected),
              );
            }
            cases += 1;
          }
        }),
        { seed, numRuns: types },
      );
    });
  }

  it('in ten thousand cases or more', () => {
    expect(cases).toBeGreaterThanOrEqual(10_000);
  });
});

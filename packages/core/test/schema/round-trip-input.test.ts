import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { toLegalNames } from '../../src/catalog/argument-name.ts';
import { renameInput } from '../../src/catalog/rename.ts';
import { compileInput, type Input } from '../../src/schema/input.ts';
import { formatPath } from '../../src/schema/wire-error.ts';
import { compileStrict } from './advertised.ts';
import { isSame, toComparable } from './comparable.ts';
import { casesOf } from './generated/cases.ts';
import { runsOf } from '../runs.ts';
import { seed } from './generated/seed.ts';
import type { Type } from './generated/type.ts';
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

const owns = { since: 'since[]', id: '$id', filter: 'fil ter', list: 'größe' };

describe('the same holds where clients call the arguments otherwise, and errors call them like clients', () => {
  for (const [name, { kinds, build, fails, options, sortsUnions }] of Object.entries(validators)) {
    it(name, async () => {
      let explained = 0;
      await fc.assert(
        fc.asyncProperty(casesOf(kinds, sortsUnions, values), async ({ type, samples }) => {
          if (type.kind !== 'object' || Object.keys(type.shape).some((key) => !(key in owns))) return;
          const parser = build({ ...type, shape: renamed(type.shape) as Record<string, Type> });
          const compiled = compileInput([parser], options);
          const names = toLegalNames(Object.keys(compiled.schema.properties!), []);
          const input = renameInput(compiled, names);
          const validate = compileStrict(input.schema);
          for (const { value: plain, wire } of samples) {
            if (fails?.(wire) === true) continue;
            const value = renamed(plain as Record<string, unknown>);
            const args = toJson(await input.encode(value)) as Record<string, unknown>;
            expect(validate(args), JSON.stringify({ args, errors: validate.errors })).toBe(true);
            const got = await parse(parser, input.decode(args));
            const expected = await parse(parser, value);
            if (!(await isSame(got, expected))) {
              expect(await toComparable(got), JSON.stringify(args)).toStrictEqual(
                await toComparable(expected),
              );
            }
            for (const wrong of Object.keys(args).map((key) => ({ ...args, [key]: [{ no: [[]] }] }))) {
              const paths = await pathsOfProblems(input, parser, wrong);
              explained += paths.length;
              const said = Array.from(names.keys(), (own) => formatPath([own]));
              expect(paths.filter((path) => said.some((own) => path.startsWith(own)))).toEqual([]);
            }
          }
        }),
        { seed, numRuns: types },
      );
      expect(explained).toBeGreaterThan(types);
    });
  }
});

function renamed(record: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [owns[key as 'id'], value]));
}

async function pathsOfProblems(input: Input, parser: unknown, args: object): Promise<string[]> {
  const problems = (error: unknown) => (input.explain(error, args) ?? []).map(({ path }) => path);
  try {
    const parsed = await parse(parser, input.decode(args));
    return 'issues' in parsed ? problems({ issues: parsed.issues }) : [];
  } catch (error) {
    return problems(error);
  }
}

function toJson(args: unknown): unknown {
  return args === undefined ? undefined : JSON.parse(JSON.stringify(args));
}

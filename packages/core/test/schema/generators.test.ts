import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { runsOf } from '../runs.ts';
import { seed } from './generated/seed.ts';
import { samplesOf } from './generated/sample.ts';
import { typesOf } from './generated/type.ts';
import { parse, validators } from './generated/validators.ts';

vi.setConfig({ testTimeout: 60_000 });

describe('what is generated is what the validator itself accepts', () => {
  for (const [name, { kinds, build, fails, sortsUnions }] of Object.entries(validators)) {
    it(name, async () => {
      const cases = typesOf(kinds, sortsUnions).chain((type) =>
        samplesOf(type).map((sample) => ({ type, sample })),
      );
      await fc.assert(
        fc.asyncProperty(cases, async ({ type, sample }) => {
          fc.pre(fails?.(sample.wire) !== true);
          expect(await parse(build(type), sample.value)).not.toHaveProperty('issues');
        }),
        { seed, numRuns: runsOf(200) },
      );
    });
  }
});

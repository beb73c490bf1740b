import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileInput } from '../../src/schema/input.ts';
import { compileStrict, withSafeIntegers } from './advertised.ts';
import { casesOf, toArguments } from './generated/cases.ts';
import { runsOf } from '../runs.ts';
import { seed } from './generated/seed.ts';
import type { Kind } from './generated/type.ts';
import { parse, validators } from './generated/validators.ts';

vi.setConfig({ testTimeout: 60_000 });

// Left out: `catch`, which never refuses; `any`, for which some libraries accept a missing property; regular
// expressions and URLs, because no schema says which of them are valid.
const unsaid = new Set<Kind>(['catch', 'any', 'regexp', 'url']);

describe('the advertised schema and the procedure agree on what is valid', () => {
  for (const [name, { kinds, build, fails, options, overlooks, sortsUnions }] of Object.entries(validators)) {
    it(name, async () => {
      const plain = new Set([...kinds].filter((kind) => !unsaid.has(kind)));
      const seen = { accepted: 0, refused: 0 };
      await fc.assert(
        fc.asyncProperty(casesOf(plain, sortsUnions, 3, 14), async ({ type, samples, mutations }) => {
          const parser = build(type);
          const mending = compileInput([parser], options);
          const exact = compileInput([parser], { ...options, repair: false });
          const validate = compileStrict(exact.schema);
          const isSafe = compileStrict(withSafeIntegers(exact.schema));
          for (const wire of [...samples.map((sample) => sample.wire), ...mutations]) {
            const args = toArguments(exact.schema, wire);
            if (typeof args !== 'object' || args === null || Array.isArray(args) || fails?.(wire) === true)
              continue;
            const valid = validate(args);
            if (valid && !isSafe(args)) continue;
            const accepted = await isAccepted(parser, () => exact.decode(args));
            if (!valid && overlooks?.(wire) === true) continue;
            expect({ accepted, args, type, schema: exact.schema }).toEqual({
              accepted: valid,
              args,
              type,
              schema: exact.schema,
            });
            if (valid) expect(await isAccepted(parser, () => mending.decode(args))).toBe(true);
            seen[valid ? 'accepted' : 'refused'] += 1;
          }
        }),
        { seed, numRuns: runsOf(60) },
      );
      expect(seen.accepted).toBeGreaterThan(runsOf(100));
      expect(seen.refused).toBeGreaterThan(runsOf(100));
    });
  }
});

// A validator that throws counts as a refusal, as in tRPC.
async function isAccepted(parser: unknown, decode: () => unknown): Promise<boolean> {
  try {
    return !('issues' in (await parse(parser, decode())));
  } catch {
    return false;
  }
}

import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { compileOutput } from '../../src/schema/output.ts';
import { compileStrict } from './advertised.ts';
import { isSame, toComparable } from './comparable.ts';
import { casesOf } from './generated/cases.ts';
import { runsOf } from '../runs.ts';
import { seed } from './generated/seed.ts';
import { validators } from './generated/validators.ts';

vi.setConfig({ testTimeout: 60_000 });

const values = 14;

describe('what a resolver returns comes back by the same conventions', () => {
  // Left out: codecs and transforms, whose output differs from their input, and files, which become content.
  const oneWay = [
    'transform',
    'codec',
    'catch',
    'default',
    'prefault',
    'optional',
    'file',
    'blob',
    'bytes',
    'any',
  ];
  for (const [name, { kinds, build, options, sortsUnions }] of Object.entries(validators)) {
    it(name, async () => {
      const twoWay = new Set([...kinds].filter((kind) => !oneWay.includes(kind)));
      await fc.assert(
        fc.asyncProperty(casesOf(twoWay, sortsUnions, values), async ({ type, samples }) => {
          const output = compileOutput(build(type), options);
          const validate = compileStrict(output.schema ?? {});
          const validateLegacy = compileStrict(output.legacySchema ?? {});
          for (const { value } of samples) {
            const encoded = await output.encode(value);
            const json: unknown = JSON.parse(JSON.stringify(encoded.json));
            expect(validate(json), JSON.stringify({ json, errors: validate.errors })).toBe(true);
            expect(validateLegacy(output.wrapped ? { result: json } : json)).toBe(true);
            const back = output.decode(json);
            if (!(await isSame(back, value))) {
              expect(await toComparable(back), JSON.stringify(json)).toStrictEqual(await toComparable(value));
            }
          }
        }),
        { seed, numRuns: runsOf(50) },
      );
    });
  }
});

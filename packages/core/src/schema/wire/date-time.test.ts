import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isDateTime, parseDateTime } from './date-time.ts';

const ajv = new Ajv2020();
formats.default(ajv);
const validate = ajv.compile({ type: 'string', format: 'date-time' });

it('takes what the format date-time takes, and nothing else', () => {
  const digits = fc.integer({ min: 0, max: 99 }).map((n) => String(n).padStart(2, '0'));
  const text = fc
    .tuple(
      fc.constantFrom('2024', '2026', '0000'),
      digits,
      digits,
      fc.constantFrom('T', 't', ' ', ''),
      digits,
      digits,
      digits,
    )
    .chain(([y, mo, d, t, h, mi, s]) =>
      fc
        .constantFrom('Z', 'z', '', '.5Z', '+01:00', '-0130', '+24:00', '.123456Z', '+05')
        .map((zone) => `${y}-${mo}-${d}${t}${h}:${mi}:${s}${zone}`),
    );
  const real = fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.oneof(text, real), (each) => {
      expect([each, isDateTime(each)]).toEqual([each, validate(each)]);
    }),
    { numRuns: 3000 },
  );
});

it('reads offsets, fractions and leap seconds', () => {
  expect(parseDateTime('2026-01-31T10:30:00+01:30')).toEqual(new Date('2026-01-31T09:00:00Z'));
  expect(parseDateTime('2026-01-31t09:00:00.1234z')).toEqual(new Date('2026-01-31T09:00:00.123Z'));
  expect(parseDateTime('2026-12-31T23:59:60Z')).toEqual(new Date('2027-01-01T00:00:00Z'));
  expect(parseDateTime('2026-02-30T09:00:00Z')).toBeUndefined();
});

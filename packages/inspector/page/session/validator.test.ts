import { expect, test } from 'vitest';
import { createValidator, isTooLarge } from './validator.ts';

const validate = createValidator().getValidator({ type: 'array', items: { type: 'number' } });

test('a value is compared with its schema', () => {
  expect(validate([1]).valid).toBe(true);
  expect(validate(['x']).valid).toBe(false);
});

test('a value with very many values inside passes without being compared', () => {
  expect(validate(Array.from({ length: 100_000 }, () => 'x')).valid).toBe(true);
});

test.each([
  [Array.from({ length: 300 }, () => Array.from({ length: 300 }, () => 1)), true],
  [{ a: { b: Array.from({ length: 30_000 }, () => 1) } }, true],
  [['x'.repeat(5_000_000)], false],
  [null, false],
])('a value is too large by how many values it has (%#)', (value, isLarge) => {
  expect(isTooLarge(value)).toBe(isLarge);
});

import { expect, it } from 'vitest';
import { toLine } from '../activity/line.ts';
import { toCell } from './figures/cell.ts';
import { toShownJson } from './shown.ts';

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = { a: [value] };
  return value;
}

it('shows a value as JSON, and says what there is not', () => {
  expect(toShownJson({ a: [1] })).toBe('{\n  "a": [\n    1\n  ]\n}');
  expect(toShownJson(undefined)).toBe('none');
});

it('cuts what is too long to be drawn, and says so', () => {
  expect(toShownJson('x'.repeat(1_000_000))).toMatch(/^"x{49999}… \(950,002 more characters\)$/);
  expect(toLine({ text: 'x'.repeat(1_000_000) }).length).toBeLessThan(300);
  expect(toCell('text', 'x'.repeat(1_000_000)).length).toBeLessThan(1000);
});

it.each([1000, 100_000])(
  'draws a value that a model has nested %d times, or says that it cannot',
  (depth) => {
    const value = nested(depth);
    expect(toShownJson(value).length).toBeLessThan(51_000);
    expect(toLine({ value }).length).toBeLessThan(300);
    expect(toCell('value', value).length).toBeLessThan(1000);
  },
);

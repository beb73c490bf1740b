import { expect, test } from 'vitest';
import { readText } from './text-file.ts';

test.each([
  ['text/plain'],
  ['text/csv; charset=utf-8'],
  ['TEXT/HTML;charset="UTF-8"'],
  ['application/json'],
  ['application/problem+json'],
  ['application/atom+xml'],
  ['image/svg+xml'],
  ['application/yaml'],
  ['application/x-ndjson'],
])('%s is text', (type) => {
  expect(readText(new TextEncoder().encode('\ufeffé\0'), type)).toBe('\ufeffé\0');
});

test.each([
  ['application/pdf'],
  ['image/png'],
  ['application/octet-stream'],
  ['text/csv; charset=iso-8859-1'],
  [''],
])('%s is not text', (type) => {
  expect(readText(new TextEncoder().encode('a'), type)).toBeUndefined();
});

test('what is not UTF-8 is not text', () => {
  expect(readText(Uint8Array.of(0xe9, 0x2c), 'text/csv')).toBeUndefined();
});

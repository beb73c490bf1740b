import { expect, test } from 'vitest';
import { toBytes, toPretty } from './contents-text.ts';

test('base64 of both kinds is decoded, and anything else is not', () => {
  expect(toBytes('-_8=')).toEqual(Uint8Array.of(0xfb, 0xff));
  expect(toBytes('+/8=')).toEqual(Uint8Array.of(0xfb, 0xff));
  expect(toBytes('no base64!')).toBeUndefined();
});

test('JSON is laid out, and what is none stays as it is', () => {
  expect(toPretty('{"a":1}', 'application/json')).toBe('{\n  "a": 1\n}');
  expect(toPretty('{"a":1}', 'application/geo+json; charset=utf-8')).toContain('\n');
  expect(toPretty('{"a":', 'application/json')).toBe('{"a":');
  expect(toPretty('{"a":1}', 'text/plain')).toBe('{"a":1}');
});

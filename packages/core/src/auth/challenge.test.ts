import { expect, test } from 'vitest';
import { addToChallenge, isHeaderText } from './challenge.ts';

test('parameters follow a scheme after a space, and other parameters after a comma', () => {
  expect(addToChallenge('Bearer', { error: 'x', scope: 'a b' })).toBe('Bearer error="x", scope="a b"');
  expect(addToChallenge('Bearer realm="app"', { scope: 'a' })).toBe('Bearer realm="app", scope="a"');
});

test('a value cannot end its quotes, nor the header', () => {
  expect(addToChallenge('Bearer', { scope: 'a" b="c\\' })).toBe(String.raw`Bearer scope="a\" b=\"c\\"`);
  expect(addToChallenge('Bearer', { scope: 'a\r\nset-cookie: é€' })).toBe('Bearer scope="a??set-cookie: ??"');
});

test.each([
  ['Bearer', true],
  ['Bearer realm="app", Basic', true],
  ['', false],
  ['Bearer ', false],
  ['Bearer\r\nx: y', false],
  ['Bearer realm="büro"', false],
])('%j is header text: %s', (text, verdict) => {
  expect(isHeaderText(text)).toBe(verdict);
});

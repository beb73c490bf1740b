import { expect, test } from 'vitest';
import { hasHidden, revealHidden } from './hidden-characters.ts';

test('characters that turn the direction of writing are shown as their codes', () => {
  expect(revealHidden('safe\u202egnp.exe')).toBe('safe⟨U+202E⟩gnp.exe');
  expect(revealHidden('a\u2066b\u2069')).toBe('a⟨U+2066⟩b⟨U+2069⟩');
});

test('tag characters, which models read and people do not see, are shown as their codes', () => {
  expect(revealHidden('ok\u{e0041}')).toBe('ok⟨U+E0041⟩');
});

test('lines, tabs, other alphabets and joined emoji stay as they are', () => {
  const text = 'one\n\ttwo\r\n中文 עברית می\u200cخواهم 👩\u200d💻';
  expect(revealHidden(text)).toBe(text);
  expect(hasHidden(text)).toBe(false);
  expect(hasHidden('a\u200bb')).toBe(true);
});

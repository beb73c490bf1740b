import { expect, test } from 'vitest';
import { toPrintable } from './printable.ts';

test.each([
  ['a title', 'a\u001B]0;TITLE\u0007b', 'ab'],
  ['a title with the long end', 'a\u001B]2;TITLE\u001B\\b', 'ab'],
  ['a link', '\u001B]8;;https://x.example\u0007here\u001B]8;;\u0007', 'here'],
  ['a cleared screen', 'a\u001B[2Jb', 'ab'],
  ['a moved cursor', 'a\u001B[10;20Hb\u001B[1A', 'ab'],
  ['another screen', '\u001B[?1049ha', 'a'],
  ['sequences of one character', '\u009B2Ja\u009D0;t\u009C', 'a'],
  ['a reset of the terminal', '\u001Bca', 'a'],
  ['a hidden text', '\u001B[8msecret\u001B[0m', 'secret\u001B[0m'],
  ['an overwritten line', 'rm -rf\rls', 'rm -rfls'],
  ['backspaces and bells', 'a\b\u0007\u0000\u007Fb', 'ab'],
  ['a sequence without an end', 'a\u001B[', 'a'],
  [
    'colours, which stay',
    '\u001B[31mred\u001B[39m \u001B[1mbold\u001B[22m',
    '\u001B[31mred\u001B[39m \u001B[1mbold\u001B[22m',
  ],
  ['lines and tabs, which stay', 'a\tb\nc\r\nd é 日本 🙂', 'a\tb\nc\r\nd é 日本 🙂'],
])('a text is harmless for a terminal: %s', (_, text, expected) => {
  expect(toPrintable(text)).toBe(expected);
});

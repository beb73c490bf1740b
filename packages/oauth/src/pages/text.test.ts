import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { toAsciiHost, toPlainText } from './text.ts';

describe('words of a stranger', () => {
  test.each([
    ['stay as they are', 'Claude Code', 'Claude Code'],
    ['keep letters of other scripts, with their marks', 'Éditeur ไม้ किताब 編集', 'Éditeur ไม้ किताब 編集'],
    ['keep emoji', 'Notes 📝', 'Notes 📝'],
    ['stay on one line', 'Acme\r\n\u2028verified\tby\u0085us', 'Acme verified by us'],
    ['cannot push the rest away with spaces', ` a${'\u00a0\u3000\u2003'.repeat(50)}b\u2800\u3164c `, 'a b c'],
    ['cannot turn the direction of the text', 'Acme\u202e\u2066moc.live\u2069\u200f\u061c', 'Acmemoc.live'],
    ['have nothing invisible', 'Ac\u200b\u00admt\u{e0041}\ufe0f\ufeffe\u034f', 'Acmte'],
    ['have no control characters', 'A\u0000c\u001b[31mme\u009b', 'Ac[31mme'],
    ['have no private or broken characters', 'A\ue000c\ud800me\uffff', 'Acme'],
    ['cannot close the quotes around them', 'Acme” «x» "y"', "Acme' 'x' 'y'"],
    ['do not stack marks', `Z${'\u0335'.repeat(20)}algo`, 'Z\u0335\u0335\u0335algo'],
    ['can be nothing', '\u200b \u202e\n', ''],
  ])('%s', (_, text, plain) => {
    expect(toPlainText(text)).toBe(plain);
  });

  test('are cut off, but never within a character', () => {
    expect(toPlainText('x'.repeat(10_000))).toBe(`${'x'.repeat(59)}…`);
    expect(toPlainText('📝'.repeat(61))).toBe(`${'📝'.repeat(59)}…`);
    expect(toPlainText('📝'.repeat(60))).toBe('📝'.repeat(60));
    expect(toPlainText('one two', 5)).toBe('one…');
  });

  test('of any kind come out as one line that can be seen, and stay so', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const plain = toPlainText(text);
        expect(plain).not.toMatch(/[\p{C}\p{Default_Ignorable_Code_Point}"“”]|[^\S ]| {2}|^ | $/u);
        expect(Array.from(plain).length).toBeLessThanOrEqual(60);
        expect(toPlainText(plain)).toBe(plain);
      }),
    );
  });
});

test.each([
  ['claude.ai', 'claude.ai'],
  ['localhost:3000', 'localhost:3000'],
  ['аррӏе.com', 'xn--80ak6aa92e.com'],
  ['bücher.example:8443', 'xn--bcher-kva.example:8443'],
  ['[::1]:8080', '[::1]:8080'],
  ['exam\u00adple.com', 'example.com'],
])('the host %s is shown as %s', (host, shown) => {
  expect(toAsciiHost(host)).toBe(shown);
});

test.each([
  ['evil.example@claude.ai', 'evil.example@claude.ai'],
  ['evil.example/claude.ai', 'evil.example/claude.ai'],
  ['cläude ai\u202e', 'cl?ude ai?'],
  ['', ''],
])('what is no host, %j, is not made into one', (text, shown) => {
  expect(toAsciiHost(text)).toBe(shown);
});

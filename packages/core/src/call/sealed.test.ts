import { expect, test } from 'vitest';
import { createSealer } from './sealed.ts';

const one = createSealer('a secret of thirty-two bytes or more', 'handles');

test.each(['', 'ä “2” 🐚', 'x'.repeat(300_000)])('what is sealed can be opened again (%#)', async (text) => {
  const sealed = await one.seal(text, 'once:1');
  expect(sealed).not.toBe(await one.seal(text, 'once:1'));
  expect(await one.open(sealed, 'once:1')).toBe(text);
  expect(await createSealer('a secret of thirty-two bytes or more', 'handles').open(sealed, 'once:1')).toBe(
    text,
  );
});

test('nothing opens it elsewhere, under another secret, or after a change', async () => {
  const sealed = await one.seal('paid', 'once:1');
  expect(await one.open(sealed, 'once:2')).toBe(undefined);
  expect(await createSealer('another secret, of 32 bytes or more', 'handles').open(sealed, 'once:1')).toBe(
    undefined,
  );
  const bytes = Uint8Array.from(atob(sealed), (each) => each.charCodeAt(0));
  for (let index = 0; index < bytes.length; index++) {
    const changed = bytes.slice();
    changed[index]! ^= 1;
    expect(await one.open(btoa(String.fromCharCode(...changed)), 'once:1')).toBe(undefined);
  }
  for (const text of ['', 'AAAA', '{"digest":"x"}', '%%%'])
    expect(await one.open(text, 'once:1')).toBe(undefined);
});

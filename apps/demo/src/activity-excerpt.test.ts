import { describe, expect, it } from 'vitest';
import { toExcerpt, toShortText } from './activity-excerpt.ts';

describe('an excerpt of arguments', () => {
  it('keeps what is short, with dates as text', () => {
    const at = new Date('2026-01-02T03:04:05.678Z');
    expect(toExcerpt({ id: 'a', by: 1, mine: true, none: null, at, list: [1, 'b'] })).toEqual({
      id: 'a',
      by: 1,
      mine: true,
      none: null,
      at: '2026-01-02T03:04:05.678Z',
      list: [1, 'b'],
    });
    expect(toExcerpt(undefined)).toBe(null);
  });

  it('stays small, whatever was sent', () => {
    const deep = Array.from({ length: 1000 }).reduce<unknown>((inner) => ({ inner }), 'end');
    const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`key ${n}`, n]));
    const rows = Array.from({ length: 1000 }, () => ({ text: 'x'.repeat(100_000), wide, deep }));
    for (const value of [deep, wide, rows, { rows }, [[rows, rows], [rows]], 'x'.repeat(1_000_000)]) {
      expect(JSON.stringify(toExcerpt(value)).length).toBeLessThan(30_000);
    }
    expect(toExcerpt(rows)).toHaveLength(21);
  });

  it('has no character that PostgreSQL refuses in JSON', () => {
    const text = 'a\u0000b\ud800c';
    expect(toShortText(text)).toBe('a\ufffdb\ufffdc');
    expect(toExcerpt({ [text]: [text] })).toEqual({ 'a\ufffdb\ufffdc': ['a\ufffdb\ufffdc'] });
    // A cut in the middle of a pair leaves no half of it.
    expect(toShortText(`x${'🙂'.repeat(150)}`)).toBe(`x${'🙂'.repeat(99)}\ufffd…`);
  });
});

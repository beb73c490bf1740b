import { expect, test } from 'vitest';
import { matchPieces, type Piece } from './uri-pattern.ts';

const span = (without = ''): Piece => ({ without, mayBeEmpty: false });

test('each span is as short as it can be', () => {
  expect(matchPieces(['a', span(), '-', span()], 'a1-2-3')).toEqual(['1', '2-3']);
  expect(matchPieces([span(), '/raw'], 'a/raw/raw')).toEqual(['a/raw']);
  expect(matchPieces([{ without: '/', mayBeEmpty: true }, '/', span()], '/x/')).toEqual(['', 'x/']);
  expect(matchPieces([span('/'), '/', span('/')], 'a//b')).toBeUndefined();
  expect(matchPieces([], '')).toEqual([]);
});

test('100 kB against spans that take anything take less than 50 ms', () => {
  const pieces = ['x', span(), 'y', span(), 'y', span(), 'y', span(), 'z'];
  const text = `x${'y'.repeat(100_000)}`;
  const times = Array.from({ length: 3 }, () => {
    const start = performance.now();
    expect(matchPieces(pieces, text)).toBeUndefined();
    return performance.now() - start;
  });
  expect(Math.min(...times)).toBeLessThan(50);
});

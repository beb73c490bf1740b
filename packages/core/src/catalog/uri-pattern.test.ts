import { expect, test } from 'vitest';
import { growthOf, mostInProportion } from '../../test/growth.ts';
import { matchPieces, type Piece } from './uri-pattern.ts';

const span = (without = ''): Piece => ({ without, mayBeEmpty: false });

test('each span is as short as it can be', () => {
  expect(matchPieces(['a', span(), '-', span()], 'a1-2-3')).toEqual(['1', '2-3']);
  expect(matchPieces([span(), '/raw'], 'a/raw/raw')).toEqual(['a/raw']);
  expect(matchPieces([{ without: '/', mayBeEmpty: true }, '/', span()], '/x/')).toEqual(['', 'x/']);
  expect(matchPieces([span('/'), '/', span('/')], 'a//b')).toBeUndefined();
  expect(matchPieces([], '')).toEqual([]);
});

test('a text costs in proportion to its length, against spans that take anything', async () => {
  const pieces = ['x', span(), 'y', span(), 'y', span(), 'y', span(), 'z'];
  const growth = await growthOf((size) => {
    const text = `x${'y'.repeat(size)}`;
    return () => expect(matchPieces(pieces, text)).toBeUndefined();
  }, 100_000);
  expect(growth).toBeLessThan(mostInProportion);
});

import { show } from '../explain/describe.ts';
import type { Leaf } from './leaf.ts';

const meanings = new Map([
  ...'true yes y on 1 t enabled'.split(' ').map((word) => [word, true] as const),
  ...'false no n off 0 f disabled null none undefined nan -0 0.0'
    .split(' ')
    .map((word) => [word, false] as const),
]);

/**
 * For a parser that makes the boolean itself (coercion). It would make `true` of every text but the empty one, and so of
 * `"false"`. Here a text has to say what it means.
 */
export const coercedBooleanLeaf: Leaf = {
  schema: { type: 'boolean' },
  expected: 'true or false',
  fits: (wire) => typeof wire === 'boolean' || meaningOf(wire) !== undefined,
  decode: (wire) => (typeof wire === 'boolean' ? wire : meaningOf(wire)),
  refuse: (wire) =>
    (typeof wire === 'string' && wire !== '') || (typeof wire === 'object' && wire !== null)
      ? `expected true or false, received ${show(wire)}`
      : undefined,
  encode: (value) => value,
};

function meaningOf(wire: unknown): boolean | undefined {
  return typeof wire === 'string' && wire.length <= 16 ? meanings.get(wire.trim().toLowerCase()) : undefined;
}

/** For `z.stringbool()`, which reads `words`, if they are known. `write` makes the word of a boolean. */
export function stringboolLeaf(write: (value: boolean) => unknown, words?: readonly string[]): Leaf {
  return {
    schema: words === undefined ? { type: ['string', 'boolean'] } : { enum: [true, false, ...words] },
    expected: 'true or false',
    fits: (wire) => typeof wire === 'string' || typeof wire === 'boolean',
    // Where the union has a branch of booleans, they belong there.
    isLoose: (wire) => typeof wire === 'boolean',
    decode: (wire) => (typeof wire === 'boolean' ? write(wire) : wire),
    encode: (value) => value,
  };
}

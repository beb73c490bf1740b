/** One of two handlers that share a store and a bus. */
export function pickOfPair(): '/one' | '/other' {
  return Math.random() < 0.5 ? '/one' : '/other';
}
